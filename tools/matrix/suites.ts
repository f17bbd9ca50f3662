import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NODES, type NodeVersion, nodeBinary } from './matrix.ts'

/**
 * `node tools/matrix/suites.ts <version…> [arguments of vitest…]`: the tests on other Nodes than the one that the workspace
 * pins. Published code also runs on Node 20, where vitest does not: its READMEs' programs and conformance suites run there.
 */
const given = process.argv.slice(2)
const end = given.findIndex((argument) => argument.startsWith('-'))
const [wanted, args] = end === -1 ? [given, []] : [given.slice(0, end), given.slice(end)]
const versions = NODES.filter((each) => each !== '20')
const wrong = wanted.find((version) => !isVersion(version))
if (wanted.length === 0 || wrong !== undefined)
  throw new Error(`The tests run on Node ${versions.join(', ')}, not on '${wrong ?? ''}'.`)

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
for (const version of wanted.filter(isVersion)) {
  console.log(`Node ${version}`)
  const command = [vitest, 'run', '--config', 'vitest.workspace.ts', ...args]
  const { status } = spawnSync(nodeBinary(version), command, { stdio: 'inherit' })
  process.exitCode ||= status ?? 1
}

function isVersion(text: string): text is NodeVersion {
  return versions.some((each) => each === text)
}
