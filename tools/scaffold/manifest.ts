import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of a package.json that the scaffold reads and writes. */
export interface Manifest {
  name: string
  exports: Record<string, unknown>
  typesVersions: { '*': Record<string, string[]> }
  base?: { size?: Record<string, string | false> }
  [field: string]: unknown
}

/** Reads the package.json of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** Adds a subpath: what it exports, its types for old resolution, and its size budget. */
export function addSubpath(folder: string, pattern: string, budget = '2 kB'): void {
  const manifest = readManifest(folder)
  const types = `./dist/${pattern}/index.d.ts`
  manifest.exports = sorted({
    ...manifest.exports,
    [`./${pattern}`]: { types, default: `./dist/${pattern}/index.js` },
  })
  manifest.typesVersions = { '*': sorted({ ...manifest.typesVersions?.['*'], [pattern]: [types] }) }
  manifest.base = { ...manifest.base, size: sorted({ ...manifest.base?.size, [`./${pattern}`]: budget }) }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** By name, `./package.json` last, as readers expect it. */
function sorted<T>(record: Record<string, T>): Record<string, T> {
  const rank = (name: string) => (name === './package.json' ? 1 : 0)
  return Object.fromEntries(
    Object.entries(record).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : Number(a > b))),
  )
}
