import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { choosePackages } from '../workspace/packages.ts'
import { type Flake, flakesOf } from './failures.ts'
import { runSuite } from './run-suite.ts'

/**
 * `pnpm run flakes [package…] [--times 20] [--seed N] [--path text]`: runs the tests of each package that often, each time in
 * another order and with other cases, and tells what failed with which seed. `--times 1 --seed N` is one of those runs again.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '20' },
    seed: { type: 'string', default: `${randomInt(2 ** 31)}` },
    path: { type: 'string', multiple: true, default: [] },
  },
})
const [times, first] = [Number(values.times), Number(values.seed)]
if (!(Number.isInteger(times) && times > 0)) throw new Error(`--times must be from 1, not ${values.times}.`)
if (!Number.isInteger(first)) throw new Error(`--seed must be a whole number, not ${values.seed}.`)

for (const { manifest } of choosePackages(process.cwd(), positionals)) {
  const runs = []
  for (let n = 0; n < times; n++) {
    const seed = first + n
    const begun = Date.now()
    const failures = await runSuite({ project: manifest.name, paths: values.path }, seed)
    runs.push({ seed, failures })
    const took = Math.round((Date.now() - begun) / 1_000)
    console.log(
      `${manifest.name} ${n + 1}/${times}, seed ${seed}: ${failures.length || 'none'} failed, ${took} s`,
    )
    // Told at once, too: who ends a long run early has learnt what failed.
    for (const flake of flakesOf([{ seed, failures }])) console.log(describe(flake))
  }
  const flakes = flakesOf(runs)
  console.log(`${manifest.name}: ${flakes.length || 'no'} tests failed in ${times} runs`)
  for (const flake of flakes) console.log(describe(flake))
  if (flakes.length > 0) process.exitCode = 1
}

function describe({ test, seeds, message }: Flake): string {
  const lines = message.split('\n').slice(0, 12)
  return `  ${test}\n    with ${seeds.join(', ')}\n    ${lines.join('\n    ')}`
}
