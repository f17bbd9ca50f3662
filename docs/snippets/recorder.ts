import type { Expectation } from './expectation.ts'
import type { Program } from './program.ts'

/**
 * Code that goes before a snippet, plain JavaScript for any Node from 20: records what the snippet shows, and at the end
 * of the process compares it with what it says. A difference, a place that was not reached and a snippet that did not
 * run to its end are reported as `file:line: …`, and make the exit code 1.
 */
export function recorderFor({ file, line }: Program, expectations: readonly Expectation[]): string {
  const expected = expectations.map((expectation) => [expectation.line, expectation.text])
  return `const $snippet = (${record})(${JSON.stringify(file)}, ${line}, ${JSON.stringify(expected)});`
}

// Becomes text, so it must not use anything from outside itself.
function record(file: string, start: number, expected: [line: number, text: string][]): object {
  const { format, inspect } = process.getBuiltinModule('node:util')
  const shown = new Map<number, string>()
  let ended = false
  const show = (line: number, text: string) => {
    const before = shown.get(line)
    shown.set(line, before === undefined ? text : `${before}\n${text}`)
  }
  const matches = (text: string, actual: string) => {
    const parts = text.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 's').test(actual.replace(/\s+/g, ' ').trim())
  }
  const problems = () => {
    const found = ended ? [] : [`${file}:${start}: the snippet did not run to its end`]
    for (const [line, text] of expected) {
      const actual = shown.get(line)
      if (actual === undefined) {
        if (ended) found.push(`${file}:${line}: expected ${text}, but it was not reached`)
      } else if (!matches(text, actual)) found.push(`${file}:${line}: expected ${text}, got ${actual}`)
    }
    return found
  }
  process.on('exit', () => {
    const found = problems()
    if (found.length === 0) return
    process.exitCode ||= 1
    process.stderr.write(`${found.join('\n')}\n`)
  })
  return {
    log:
      (line: number) =>
      (...values: unknown[]) => {
        show(line, format(...values))
        console.log(...values)
      },
    value: (line: number, value: unknown) => {
      show(line, inspect(value))
      return value
    },
    end: () => {
      ended = true
    },
    // Where no process ends.
    prove: () => {
      const found = problems()
      if (found.length > 0) throw new Error(found.join('\n'))
    },
  }
}
