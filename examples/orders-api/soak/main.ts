import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { privateServer } from '@base-internal/tools/services'
import { render } from './report.ts'
import { soak } from './soak.ts'

/**
 * `pnpm run soak:orders [--minutes 20] [--seed N] [--shoppers 12]`: two instances under load, whose database, Redis and
 * payment gateway break at random, and they themselves. Exits with 1 where anything is found that should not be.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: `${randomInt(2 ** 31)}` },
    shoppers: { type: 'string', default: '12' },
  },
})
await using postgres = await privateServer('postgres')
await using redis = await privateServer('redis')
const report = await soak({
  postgres,
  redis,
  duration: Number(values.minutes) * 60_000,
  seed: Number(values.seed),
  shoppers: Number(values.shoppers),
  tell: console.log,
})
console.log(render(report))
process.exitCode = report.findings.length === 0 ? 0 : 1
