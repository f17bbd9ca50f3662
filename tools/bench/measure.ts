import { performance } from 'node:perf_hooks'

/** One contestant, ready to be called: `index` counts up, so that no call can be computed ahead. */
export type Call = (index: number) => unknown

/** What was measured of a contestant. */
export interface Figure {
  /** Its name. */
  readonly name: string
  /** Median time of one call. */
  readonly nanoseconds: number
  /** Median over the rounds of its time by ours in the same round: above 1 it is slower than ours. */
  readonly ratio: number
}

/** How long to measure. */
export interface Effort {
  /** Least duration of one timed batch, in ms. */
  readonly batch: number
  /** Rounds; in each every contestant runs one batch. */
  readonly rounds: number
  /** Rounds before that are not counted, for the compiler. */
  readonly warmUp: number
  /** After this many ms no new round begins, once there have been three. */
  readonly limit: number
}

const SLOW_STILL_COUNTS = 3

/**
 * Times all contestants in turn, round by round, so that whatever disturbs the machine disturbs all of them. The order is
 * drawn anew for each round; a ratio compares two batches of one round, and the median of the rounds counts.
 */
export async function measure(
  contestants: ReadonlyMap<string, Call>,
  ours: string,
  asynchronous: boolean,
  effort: Effort,
): Promise<Figure[]> {
  const entries = [...contestants]
  const time = asynchronous ? timeAsync : timeSync
  const sizes = new Map<string, number>()
  for (const [name, call] of entries) sizes.set(name, await calibrate(time, call, effort.batch))
  for (let round = 0; round < effort.warmUp; round++)
    for (const [name, call] of entries) await time(call, sizes.get(name) ?? 1)
  // Compiled code is faster than what was calibrated before.
  for (const [name, call] of entries) sizes.set(name, await calibrate(time, call, effort.batch))

  const rounds = entries.map((): number[] => [])
  const start = performance.now()
  for (let round = 0; round < effort.rounds; round++) {
    if (round >= SLOW_STILL_COUNTS && performance.now() - start > effort.limit) break
    for (const index of shuffled(entries.length)) {
      const [name, call] = entries[index] as [string, Call]
      const size = sizes.get(name) ?? 1
      collectGarbage()
      // Uncounted, for what the contestant before left in the caches of the processor.
      await time(call, Math.ceil(size / 10))
      rounds[index]?.push(((await time(call, size)) * 1e6) / size)
    }
  }
  return figures([...contestants.keys()], rounds, ours)
}

/** The numbers below `length`, each once, in any order. */
function shuffled(length: number): number[] {
  const numbers = Array.from({ length }, (_, index) => index)
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[numbers[last], numbers[other]] = [numbers[other] as number, numbers[last] as number]
  }
  return numbers
}

function figures(names: readonly string[], rounds: readonly number[][], ours: string): Figure[] {
  const own = rounds[names.indexOf(ours)] ?? []
  return names.map((name, index) => {
    const times = rounds[index] ?? []
    const ratios = times.map((time, round) => time / (own[round] ?? Number.NaN))
    return { name, nanoseconds: median(times), ratio: median(ratios) }
  })
}

/** The number of calls that last `batch` ms. */
async function calibrate(
  time: (call: Call, size: number) => number | Promise<number>,
  call: Call,
  batch: number,
): Promise<number> {
  let size = 1
  for (;;) {
    const taken = await time(call, size)
    if (taken >= batch) return size
    size = Math.ceil(size * Math.min(10, Math.max(1.2, (1.1 * batch) / taken)))
  }
}

/** What the last call returned is kept here, or the compiler might leave the work out. */
export let sink: unknown

function timeSync(call: Call, size: number): number {
  const start = performance.now()
  for (let index = 0; index < size; index++) sink = call(index)
  return performance.now() - start
}

async function timeAsync(call: Call, size: number): Promise<number> {
  const start = performance.now()
  for (let index = 0; index < size; index++) sink = await call(index)
  return performance.now() - start
}

/** So that nobody pays for the objects of the contestant before; needs `--expose-gc`, which run.ts gives. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (options: { type: 'minor' }) => void }
  gc?.({ type: 'minor' })
}

/** The middle value; the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}
