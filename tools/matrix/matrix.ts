import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The runtimes and compilers that published packages are held against. They are the devDependencies of this folder's own
 * package.json, so that their binaries shadow neither `node` nor `tsc` in anybody's scripts.
 */
const require = createRequire(import.meta.url)

/** Major versions of Node that published code runs on. */
export const NODES = ['20', '22', '24', '26'] as const
export type NodeVersion = (typeof NODES)[number]

/** Versions of TypeScript that published types are read by. */
export const TYPESCRIPTS = ['5.8', '5.9', '6', '7'] as const
export type TypeScriptVersion = (typeof TYPESCRIPTS)[number]

/** The path of a Node binary. */
export function nodeBinary(version: NodeVersion): string {
  return join(packageFolder(`node-${version}`), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** The script that is `tsc` in a version of TypeScript, to be run by Node. */
export function compiler(version: TypeScriptVersion): string {
  return join(packageFolder(`typescript-${version}`), 'bin', 'tsc')
}

/** The full version behind a major one, `5.9` → `5.9.3`. */
export function exactVersion(name: `node-${NodeVersion}` | `typescript-${TypeScriptVersion}`): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8'))
  return version
}

function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`))
}
