import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NODES, type NodeVersion, nodeBinary } from './matrix.ts'

/**
 * `node tools/matrix/suites.ts <version> [arguments of vitest…]`: the tests on another Node than the one that the workspace
 * pins. Published code also runs on Node 20, where vitest does not: its READMEs' programs run there.
 */
const [version = '', ...args] = process.argv.slice(2)
const versions = NODES.filter((each) => each !== '20')
if (!isVersion(version)) throw new Error(`The tests run on Node ${versions.join(', ')}, not on '${version}'.`)

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const { status } = spawnSync(
  nodeBinary(version),
  [vitest, 'run', '--config', 'vitest.workspace.ts', ...args],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1

function isVersion(text: string): text is NodeVersion {
  return versions.some((each) => each === text)
}
