import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'
import { NODES, nodeBinary } from './matrix.ts'

/** What runs a program of a user: `command ...args file`. */
export interface Runtime {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/** Runtimes beside Node. */
export interface OtherRuntimes {
  readonly bun: Runtime
  readonly deno: Runtime
  /** The binary; it takes a configuration instead of a program. */
  readonly workerd: string
}

/** 500 MB that only a check of these runtimes needs, so nobody else has to fetch them. */
const PACKAGES = { bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' }

/** Every Node that published code runs on. */
export const NODE_RUNTIMES: readonly Runtime[] = NODES.map((version) => ({
  name: `Node ${version}`,
  command: nodeBinary(version),
  args: [],
}))

/** Installs Bun, Deno and workerd into a folder. */
export async function installOtherRuntimes(folder: string): Promise<OtherRuntimes> {
  mkdirSync(folder, { recursive: true })
  const manifest = { name: 'runtimes', private: true, dependencies: PACKAGES }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  await pnpm(['install', '--ignore-workspace', '--ignore-scripts', '--no-frozen-lockfile'], folder)
  const require = createRequire(join(folder, 'package.json'))
  const { platform, arch } = process
  return {
    bun: {
      name: `Bun ${PACKAGES.bun}`,
      command: binary(
        require,
        'bun',
        `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
        'bin/bun',
      ),
      args: ['run'],
    },
    deno: {
      name: `Deno ${PACKAGES.deno}`,
      command: binary(
        require,
        'deno',
        `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
        'deno',
      ),
      args: ['run', '--allow-all'],
    },
    workerd: binary(
      require,
      'workerd',
      `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`,
      'bin/workerd',
    ),
  }
}

/** Their npm packages bring the binary of the platform as an optional dependency, which needs no install script. */
function binary(require: NodeJS.Require, name: string, platform: string, path: string): string {
  const inside = createRequire(require.resolve(`${name}/package.json`))
  const file = join(dirname(inside.resolve(`${platform}/package.json`)), path)
  chmodSync(file, 0o755)
  return file
}
