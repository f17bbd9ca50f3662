import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ts } from '../matrix/typescript.ts'
import { ROOT } from '../shop/shops.ts'

/** Code by what it is for. */
export interface LineCount {
  readonly files: number
  /** Lines that hold code: neither blank nor comment alone. */
  readonly lines: number
}

/** The lines of a TypeScript text that hold code, a text over several lines as code of each. */
export function codeLines(text: string): number {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest)
  const lines = new Set<number>()
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node) || node.getWidth(source) === 0) return
    const children = node.getChildren(source)
    for (const child of children) visit(child)
    if (children.length > 0) return
    for (let line = lineAt(node.getStart(source)); line <= lineAt(node.getEnd()); line++) lines.add(line)
  }
  visit(source)
  return lines.size
}

/** The code of a service by a map of path patterns to what they are for; tests are no part of it. */
export function countLines(
  folder: string,
  scope: readonly (readonly [pattern: RegExp, part: string])[],
): ReadonlyMap<string, LineCount> {
  const counts = new Map<string, { files: number; lines: number }>()
  const source = join(ROOT, folder, 'src')
  for (const file of globSync('**/*.{ts,sql}', { cwd: source }).sort()) {
    if (file.includes('.test.')) continue
    const part = scope.find(([pattern]) => pattern.test(file))?.[1]
    if (part === undefined)
      throw new Error(`${folder}/src/${file} belongs to nothing in tools/load/scope.ts.`)
    const count = counts.get(part) ?? { files: 0, lines: 0 }
    count.files++
    count.lines += linesOf(file, readFileSync(join(source, file), 'utf8'))
    counts.set(part, count)
  }
  return counts
}

function linesOf(file: string, text: string): number {
  if (file.endsWith('.ts')) return codeLines(text)
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('--')).length
}
