import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { commands, type Manifest, subpaths } from '../workspace/manifest.ts'
import type { WorkspacePackage } from '../workspace/packages.ts'
import { type Import, importsOf } from './imports.ts'

/** A TypeScript file of a package. */
export interface SourceFile {
  /** Path from the package's folder: `src/lock/lock.ts`. */
  readonly path: string
  readonly imports: readonly Import[]
}

/** The files of a package, by their path. */
export type SourceFiles = ReadonlyMap<string, SourceFile>

/** Reads every TypeScript file of a folder of a package. */
export function readSources({ folder }: WorkspacePackage, within: string): SourceFiles {
  const paths = globSync(`${within}/**/*.{ts,mts,cts,tsx}`, {
    cwd: folder,
    exclude: ['**/node_modules/**', '**/dist/**'],
  })
  return new Map(
    paths
      .sort()
      .map((path) => [path, { path, imports: importsOf(readFileSync(join(folder, path), 'utf8')) }]),
  )
}

/** The file of the package that a relative import means, `./a.js` → `src/a.ts`; undefined for any other import. */
export function target(from: string, { specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts')
}

/** The source of a subpath: `./lock` → `src/lock/index.ts`. */
export function entryOf(subpath: string): string {
  return normalize(join('src', subpath, 'index.ts'))
}

/** The sources that users load first: those of the subpaths, and of the commands, `dist/main.js` → `src/main.ts`. */
function entriesOf(manifest: Manifest): string[] {
  const sources = commands(manifest).map((file) => file.replace(/^dist\/(.+)\.js$/, 'src/$1.ts'))
  return [...subpaths(manifest).map(entryOf), ...sources]
}

/** Every file that is loaded with another. Follows types and lazy imports too, unless only values are asked for. */
export function reachable(files: SourceFiles, entry: string, only?: 'value'): Set<string> {
  const found = new Set<string>()
  const visit = (path: string): void => {
    const file = files.get(path)
    if (file === undefined || found.has(path)) return
    found.add(path)
    for (const one of file.imports) {
      const next = target(path, one)
      if (next !== undefined && (only === undefined || one.kind !== 'type')) visit(next)
    }
  }
  visit(entry)
  return found
}

/** The files that users get: what a subpath or a command reaches. The others are tests, benches and their fixtures. */
export function publishedFiles(pkg: WorkspacePackage, files: SourceFiles): Set<string> {
  return new Set(entriesOf(pkg.manifest).flatMap((entry) => [...reachable(files, entry)]))
}

/** Whether a subpath of exports has its source, for a finding that says so. */
export function hasSource({ folder }: WorkspacePackage, subpath: string): boolean {
  return existsSync(join(folder, entryOf(subpath)))
}
