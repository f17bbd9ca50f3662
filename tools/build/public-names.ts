import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'

/**
 * Lets a user's compiler name every public type. Where it has to write one into declarations it looks for a subpath that
 * exports it, but only among files of the program: so each of our declarations that imports from the folder of another
 * subpath also imports, without a name, the `index` that gives the type its public name.
 */
export function importPublicNames(dist: string, entries: readonly string[]): void {
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue
    const path = join(dist, file)
    const text = readFileSync(path, 'utf8')
    const lines = missingImports(text, file.replaceAll(sep, '/'), entries)
    if (lines.length > 0) writeFileSync(path, `${text}${lines.join('')}`)
  }
}

/** The imports that a declaration lacks; `file` and `entries` (`errors/index`) are relative to one folder. */
export function missingImports(text: string, file: string, entries: readonly string[]): string[] {
  const folder = posix.dirname(file)
  const targets = Array.from(text.matchAll(/\b(?:from |import\()['"](\.[^'"]+)\.js['"]/g), ([, specifier]) =>
    posix.join(folder, specifier as string),
  )
  const faces = entries.filter(
    (entry) =>
      isWithin(entry, targets) && !targets.includes(entry) && !isWithin(entry, [file]) && entry !== 'index',
  )
  return faces.map((entry) => `import type {} from '${posix.relative(folder, entry)}.js';\n`)
}

function isWithin(entry: string, files: readonly string[]): boolean {
  const folder = `${posix.dirname(entry)}/`
  return files.some((file) => file.startsWith(folder))
}
