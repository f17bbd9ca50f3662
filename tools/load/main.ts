import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from '../bench/machine.ts'
import { startGateway } from '../shop/gateway.ts'
import { ROOT, shops } from '../shop/shops.ts'
import { inTurn, summarise } from './compare.ts'
import { contestants } from './contestants.ts'
import { CONNECTIONS, EFFORTS, type EffortName } from './effort.ts'
import { countLines, type LineCount } from './lines.ts'
import { report } from './report.ts'
import { type Run, runShop, startTimes } from './run-shop.ts'
import { SCOPE } from './scope.ts'

/**
 * `pnpm run bench:load [--short]`: puts orders-api and its peer under the same load, in turn, and prints medians. A full run
 * is kept as `.cache/bench/load.json`, for `docs:benchmarks`. With `BENCH_SMOKE=1` it runs for some seconds, to prove that it
 * works; its figures then mean nothing.
 */
const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } })
const wanted: EffortName = process.env['BENCH_SMOKE'] === '1' ? 'smoke' : values.short ? 'short' : 'full'
const effort = EFFORTS[wanted]

await using gateway = await startGateway()
const runs = new Map(contestants.map(({ name }): [string, Run[]] => [name, []]))
for (let round = 0; round < effort.rounds; round++) {
  for (const contestant of inTurn(contestants, round)) {
    runs.get(contestant.name)?.push(await runShop(contestant, gateway.url, effort))
    console.error(`round ${round + 1} of ${effort.rounds}: ${contestant.name}`)
  }
}
const starts = new Map<string, number[]>()
for (const contestant of contestants)
  starts.set(contestant.name, await startTimes(contestant, gateway.url, effort))

const summaries = contestants.map(({ name }) => summarise(name, runs.get(name) ?? [], starts.get(name) ?? []))
const lines = Object.fromEntries(
  shops.map(({ name, folder }): [string, Record<string, LineCount>] => [
    name,
    Object.fromEntries(countLines(folder, SCOPE[name] ?? [])),
  ]),
)
const result = {
  effort: wanted,
  connections: CONNECTIONS,
  rounds: effort.rounds,
  ...machine(),
  summaries,
  lines,
}
console.log(report(result))
if (wanted !== 'smoke') {
  const folder = join(ROOT, '.cache', 'bench')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'load.json'), `${JSON.stringify(result, null, 2)}\n`)
}
