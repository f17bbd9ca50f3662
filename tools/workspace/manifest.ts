import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of a package.json that the gates read. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly sideEffects?: unknown
  readonly description?: string
  readonly repository?: string | { readonly url?: string; readonly directory?: string }
  readonly engines?: Readonly<Record<string, string>>
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly types?: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly typesVersions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly dependencies?: Dependencies
  readonly devDependencies?: Dependencies
  readonly peerDependencies?: Dependencies
  readonly optionalDependencies?: Dependencies
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly base?: BaseField
}

type Dependencies = Readonly<Record<string, string>>

/** What a package says to the gates of this repository. */
interface BaseField {
  /** A budget per subpath, `2 kB`, or `false` for none. Also for what {@link BaseField.sizeBeside} names. */
  readonly size?: Readonly<Record<string, string | false>>
  /**
   * Subpaths, `./errors` or `@base/core/errors`, that an application has as soon as it has any pattern. They are weighed
   * alone; another subpath is weighed by what it adds to them.
   */
  readonly sizeBeside?: readonly string[]
  /** A budget for several subpaths that are used together. */
  readonly sizeTogether?: readonly { readonly of: readonly string[]; readonly limit: string }[]
  /** Subpaths that cannot do without Node, and so may import `node:` modules. */
  readonly node?: readonly string[]
}

/** Reads the package.json of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** The subpaths with code behind them, `.` and `./lock`, in the order of the package.json. */
export function subpaths(manifest: Manifest): string[] {
  return Object.entries(manifest.exports ?? {})
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath]) => subpath)
}

/** The files of the commands, `dist/main.js`, in the order of the package.json. */
export function commands({ bin = {} }: Manifest): string[] {
  return Object.values(bin).map((path) => path.replace(/^\.\//, ''))
}

/** What a user writes to import a subpath: `@base/core/lock`. */
export function specifier(manifest: Manifest, subpath: string): string {
  return manifest.name + subpath.slice(1)
}
