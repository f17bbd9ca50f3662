import { Problem } from '../problem.ts'

const MAX_DEPTH = 64
const FORBIDDEN = ['__proto__', 'constructor']
/** Strings, with the colon behind a key, and what opens and closes. One without an end is one to the end: so it is linear. */
const TOKENS = /"((?:[^"\\]|\\.?)*)(?:"\s*(:?)|$)|[[{}\]]/gs

/**
 * Refuses JSON that is made to confuse: too deep, with a key twice in one object, or with one that reaches a prototype. What is
 * no JSON at all is left to `JSON.parse`.
 *
 * @throws 400
 */
export function checkJson(text: string): void {
  const open: Set<string>[] = []
  for (const [token, content, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      if (open.push(new Set()) > MAX_DEPTH)
        throw new Problem(400, 'JSON_TOO_DEEP', `The JSON text is nested deeper than ${MAX_DEPTH}.`)
    } else if (token === '}' || token === ']') open.pop()
    else if (colon === ':') checkKey(content ?? '', open.at(-1))
  }
}

function checkKey(content: string, seen: Set<string> | undefined): void {
  const key = content.includes('\\') ? decodeKey(content) : content
  if (FORBIDDEN.includes(key))
    throw new Problem(400, 'JSON_FORBIDDEN_KEY', `The JSON text has a key ${key}, which is not accepted.`)
  if (seen?.has(key))
    throw new Problem(400, 'JSON_DUPLICATE_KEY', 'The JSON text has a key twice in one object.')
  seen?.add(key)
}

function decodeKey(content: string): string {
  try {
    return JSON.parse(`"${content}"`)
  } catch {
    return content
  }
}
