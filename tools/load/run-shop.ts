import { services } from '../services/index.ts'
import { type ShopProcess, startShop } from '../shop/shop-process.ts'
import type { Contestant } from './contestants.ts'
import { drive, type Spell } from './drive.ts'
import type { Effort } from './effort.ts'
import { openScenarios } from './scenarios.ts'

/** A spell of load on a service, and the processor time of the service for each request, in microseconds. */
interface Measured extends Spell {
  readonly cpuPerRequest: number
}

/** One run of a service. */
export interface Run {
  readonly scenarios: Readonly<Record<string, Measured>>
  /** Memory after all of them, in bytes. */
  readonly memory: { readonly rss: number; readonly rssAfterCollection: number }
}

/** No scenario may meet a limit: what is measured is the work, and its counting is part of that. */
const NO_LIMITS = Object.fromEntries(
  ['SIGN_IN_LIMIT', 'ORDER_LIMIT'].map((name) => [name, '100000000/minute']),
)

/** Runs a service once, on a fresh database and an empty Redis, through all scenarios. */
export async function runShop(
  { shop, settings }: Contestant,
  paymentUrl: string,
  effort: Effort,
): Promise<Run> {
  await using postgres = await services.postgres()
  await using redis = await services.redis()
  const ground = { databaseUrl: postgres.url, redisUrl: redis.url, paymentUrl }
  await using process = await startShop(shop, ground, { ...NO_LIMITS, ...settings })
  const scenarios: Record<string, Measured> = {}
  for (const [name, requests] of Object.entries(await openScenarios(process.url))) {
    scenarios[name] = await measure(process, requests, effort)
  }
  const { rss } = await process.usage()
  const { rss: rssAfterCollection } = await process.usage('collected')
  return { scenarios, memory: { rss, rssAfterCollection } }
}

async function measure(
  process: ShopProcess,
  requests: Parameters<typeof drive>[1],
  { warmUp, counted }: Effort,
): Promise<Measured> {
  await drive(process.url, requests, warmUp)
  const before = await process.usage()
  const spell = await drive(process.url, requests, counted)
  const after = await process.usage()
  return { ...spell, cpuPerRequest: (after.cpu - before.cpu) / spell.requests }
}

/** Starts a service so often on the database that it made the first time. @returns the times until it was ready, in milliseconds. */
export async function startTimes(
  { shop, settings }: Contestant,
  paymentUrl: string,
  { starts }: Effort,
): Promise<number[]> {
  await using postgres = await services.postgres()
  await using redis = await services.redis()
  const ground = { databaseUrl: postgres.url, redisUrl: redis.url, paymentUrl }
  const times: number[] = []
  // The first makes its tables.
  for (let start = 0; start <= starts; start++) {
    await using process = await startShop(shop, ground, settings)
    times.push(process.startTime)
  }
  return times.slice(1)
}
