import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'

/**
 * What only a rehearsal needs, installed into a folder of its own: 300 MB that nobody else has to fetch.
 * verdaccio-audit asks for a tag of node-fetch that mirrors may lack.
 */
const TOOLS = {
  dependencies: { bun: '1.4.5', deno: '2.9.6', verdaccio: '6.10.4' },
  pnpm: { overrides: { 'verdaccio-audit>node-fetch': '2.7.0' } },
}

/** Programs that were installed for the rehearsal. */
export interface Toolbox {
  /** The script that starts verdaccio. */
  readonly verdaccio: string
  readonly bun: string
  readonly deno: string
}

/** Installs the tools of a rehearsal into a folder. */
export async function openToolbox(folder: string): Promise<Toolbox> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'toolbox', private: true, ...TOOLS }))
  await pnpm(['install', '--ignore-workspace', '--ignore-scripts', '--no-frozen-lockfile'], folder)
  const require = createRequire(join(folder, 'package.json'))
  return {
    verdaccio: join(folder, 'node_modules/verdaccio/bin/verdaccio'),
    bun: binary(require, 'bun', `@oven/bun-${process.platform}-${bunArchitecture()}`, 'bin/bun'),
    deno: binary(require, 'deno', `@deno/${process.platform}-${process.arch}${libc()}`, 'deno'),
  }
}

/** Their npm packages bring the binary of the platform as an optional dependency, which needs no install script. */
function binary(require: NodeJS.Require, name: string, platform: string, path: string): string {
  const inside = createRequire(require.resolve(`${name}/package.json`))
  const file = join(dirname(inside.resolve(`${platform}/package.json`)), path)
  chmodSync(file, 0o755)
  return file
}

function bunArchitecture(): string {
  return process.arch === 'arm64' ? 'aarch64' : process.arch
}

function libc(): string {
  return process.platform === 'linux' ? '-glibc' : ''
}
