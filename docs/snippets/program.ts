import { fromMarkdown } from 'mdast-util-from-markdown'
import { visit } from 'unist-util-visit'

/** A program of a document: one snippet, or several that continue each other. */
export interface Program {
  /** The document, as messages show it: `packages/core/README.md`. */
  readonly file: string
  /** Where its code begins in the document, from 1. */
  readonly line: number
  /** TypeScript, each line where it stands in the document, so that every message has the right line. */
  readonly source: string
  /** Whether it is run, or only compiled. */
  readonly run: boolean
  /** What an `npm install` before it in the document names: it may need more than it imports itself. */
  readonly installs: readonly string[]
}

/** One fenced block of TypeScript. */
interface Fence {
  readonly line: number
  readonly code: string
  readonly words: ReadonlySet<string>
  readonly installs: readonly string[]
}

const WORDS: ReadonlySet<string> = new Set(['continue', 'no-run'])
const OTHER_NAMES: ReadonlySet<string> = new Set(
  'typescript mts cts tsx js javascript mjs cjs jsx'.split(' '),
)

/**
 * The programs of a Markdown document. Its fences say `ts`, `ts continue` (the code follows that of the fence before
 * it) or `ts no-run` (it can only be compiled). Anything else that means TypeScript or JavaScript is refused, for a
 * block must not escape the check by its name.
 */
export function programsOf(markdown: string, file: string): readonly Program[] {
  const programs: Program[] = []
  for (const { line, code, words, installs } of fencesOf(markdown, file)) {
    const run = !words.has('no-run')
    const source = `${'\n'.repeat(line - 1)}${code}`
    if (!words.has('continue')) {
      programs.push({ file, line, source, run, installs })
      continue
    }
    const before = programs.pop()
    if (before === undefined) throw new Error(`${file}:${line}: there is no snippet before it to continue.`)
    programs.push({ ...before, source: joined(before.source, line, code), run: before.run && run, installs })
  }
  return programs
}

function joined(source: string, line: number, code: string): string {
  const used = source.split('\n').length
  return `${source}${'\n'.repeat(line - used)}${code}`
}

function fencesOf(markdown: string, file: string): readonly Fence[] {
  const fences: Fence[] = []
  const installs = new Set<string>()
  visit(fromMarkdown(markdown), 'code', ({ lang, meta, value, position }) => {
    for (const name of installedBy(lang, value)) installs.add(name)
    const line = (position?.start.line ?? 0) + 1
    if (OTHER_NAMES.has(lang ?? '')) throw new Error(`${file}:${line}: mark the block as ts, not as ${lang}.`)
    if (lang !== 'ts') return
    const words = new Set(meta?.split(/\s+/))
    for (const word of words) {
      if (!WORDS.has(word)) throw new Error(`${file}:${line}: '${word}' is none of ${[...WORDS].join(', ')}.`)
    }
    fences.push({ line, code: value, words, installs: [...installs] })
  })
  return fences
}

function installedBy(lang: string | null | undefined, code: string): readonly string[] {
  if (lang !== 'sh') return []
  return [...code.matchAll(/^npm install ([^#\n]+)/gm)].flatMap(([, names = '']) => names.trim().split(/\s+/))
}
