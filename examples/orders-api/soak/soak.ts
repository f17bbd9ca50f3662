import { setTimeout } from 'node:timers/promises'
import { seededRandom } from '@base/core/testing'
import { type Answer, wrongAnswers } from './answers.ts'
import { breakAll } from './break-all.ts'
import type { Notebook } from './client.ts'
import type { Memory } from './instance.ts'
import { brokenLaws, type Outcome } from './laws.ts'
import { Lines } from './lines.ts'
import { type Growth, leaks } from './memory.ts'
import { outcomeOf, staleItems } from './outcome.ts'
import { type Ground, openShop, type Shop, signUp } from './shop.ts'
import { Shopper } from './shopper.ts'
import { type Window, Windows } from './windows.ts'

/** How it is done, and on what. */
export interface SoakOptions extends Ground {
  /** For how long faults come, in milliseconds. */
  readonly duration: number
  /** What they follow from, and what the shoppers do. */
  readonly seed: number
  readonly shoppers: number
  /** Hears what happens. */
  readonly tell: (text: string) => void
}

/** What was found. */
export interface SoakReport {
  readonly windows: readonly Window[]
  readonly answers: readonly Answer[]
  readonly outcome: Outcome
  /** Lines of the log that are errors. */
  readonly errors: readonly string[]
  /** Of each instance; the process of the second is another one in the end, where it was killed. */
  readonly memory: readonly Growth[]
  /** What should not be, in words. */
  readonly findings: readonly string[]
}

/** Before the first fault and after the last one, in milliseconds. */
const CALM = 3_000

/** Has customers order at two instances while what they stand on breaks, and looks whether all is right in the end. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const lines = new Lines()
  await using shop = await openShop(options, lines.read)
  const start = performance.now()
  const notebook: Notebook = { answers: [], now: () => performance.now() - start }
  const shoppers = await shoppersOf(shop, options, notebook)
  const windows = new Windows()
  const closing = new AbortController()
  const shopping = Promise.all(shoppers.map((shopper) => shopper.run(closing.signal)))
  await setTimeout(CALM)
  const before = await memoryOf(shop)
  const failures = await breakAll(shop, windows, { ...options, now: notebook.now })
  await setTimeout(CALM)
  closing.abort()
  await shopping

  const after = await memoryOf(shop)
  const memory = after.map((each, n) => ({ before: before[n] ?? each, after: each }))
  const outcome = await outcomeOf(shop, shoppers)
  const findings = [
    ...failures,
    ...brokenLaws(outcome),
    ...(await staleItems(shop, outcome)),
    ...shoppers.flatMap(({ surprises }) => surprises),
    ...wrongAnswers(notebook.answers, windows),
    ...(await stop(shop)),
    ...lines.wrong,
    ...leaks(memory),
  ]
  const { answers } = notebook
  return { windows: windows.all, answers, outcome, errors: lines.errors, memory, findings }
}

/** Each has an account, and does things that follow from the seed as far as the answers allow. */
async function shoppersOf(
  shop: Shop,
  { shoppers, seed }: SoakOptions,
  notebook: Notebook,
): Promise<Shopper[]> {
  const { instances } = shop
  const all: Shopper[] = []
  for (let n = 1; n <= shoppers; n++) {
    const username = await signUp(shop, `shopper${n}`)
    all.push(new Shopper({ username, instances, notebook, random: seededRandom(seed + n) }))
  }
  return all
}

function memoryOf({ instances }: Shop): Promise<Memory[]> {
  return Promise.all(instances.map((instance) => instance.memory()))
}

/** What instances say that should have stopped in order. */
async function stop({ instances }: Shop): Promise<string[]> {
  const codes = await Promise.all(instances.map((instance) => instance.end('SIGTERM')))
  return [
    ...codes.filter((code) => code !== 0).map((code) => `an instance ended with ${code} in the end`),
    ...instances.flatMap(({ errors }) => errors),
  ]
}
