import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import {
  checkFunction,
  checkInteger,
  checkMethods,
  checkOptions,
  checkSignal,
  invalidOption,
} from '@base/core/options'
import { placeOf } from '../../place.js'
import { type Argon2Parameters, CAPS, FLOOR } from '../kdf/argon2-parameters.js'
import { argon2id } from '../kdf/argon2id.js'
import type { PasswordKdf } from '../kdf/password-kdf.js'

/** Options of {@link calibrate}. */
export interface CalibrateOptions {
  /** Makes what is measured. @defaultValue argon2id */
  readonly kdf?: ((cost: Argon2Parameters) => PasswordKdf) | undefined
  /** The most memory in KiB for one password, 47,104 to 1,048,576. @defaultValue 262,144, which are 256 MiB */
  readonly maxMemory?: number | undefined
  /** Ends the call with the signal's reason, between two hashes. */
  readonly signal?: AbortSignal | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

type Cost = Required<Argon2Parameters>

const BOUNDS = { least: 10, most: 1_000 }
const RUNS = 3
const GROWTH = 1.5

/**
 * Finds the strongest parameters of argon2id that take no longer than a target on this machine: more memory first, more
 * passes then. Never below OWASP's table: on a slow machine the cheapest row of it may take longer than the target.
 *
 * Run it once, where the service will run and while nothing else does, and write what it gives into your code: parameters that
 * change from one start to the next let every sign-in make a new hash. 50 to 250 ms is usual.
 *
 * @example
 * await calibrate('100ms', { kdf: nodeRsArgon2 }) // for one: { memory: 238464, passes: 1, parallelism: 1 }
 *
 * @param target - 10 ms to 1 s for one hash.
 * @throws InvalidOptionError naming the option.
 */
export async function calibrate(
  target: Duration = '100ms',
  options: CalibrateOptions = {},
): Promise<Required<Argon2Parameters>> {
  const { kdf = argon2id, maxMemory = 262_144 } = checkOptions(options, place('options'))
  const { signal, clock = systemClock } = options
  const most = toMilliseconds(target, place('target'))
  if (most < BOUNDS.least || most > BOUNDS.most) throw invalidOption(target, place('target'), '10ms to 1s')
  const measure = meter(
    checkFunction(kdf, place('kdf')),
    checkMethods(clock, ['monotonic'], place('clock')),
    checkSignal(signal, place('signal')),
  )
  const [first] = FLOOR as [Cost]
  const limit = checkInteger(maxMemory, { ...place('maxMemory'), min: first.memory, max: CAPS.memory })
  await measure(first)
  return (await measure(first)) > most ? cheapest(measure, most) : strongest(measure, most, limit)
}

/** Grows the memory by half, then adds passes, for as long as it stays within the target. */
async function strongest(measure: Measure, most: number, limit: number): Promise<Cost> {
  let best = FLOOR[0] as Cost
  for (;;) {
    const memory = Math.min(Math.round(best.memory * GROWTH), limit)
    const next = memory > best.memory ? { ...best, memory } : { ...best, passes: best.passes + 1 }
    if (next.passes > CAPS.passes || (await measure(next)) > most) return best
    best = next
  }
}

/** The first row of the table within the target, or the fastest. */
async function cheapest(measure: Measure, most: number): Promise<Cost> {
  const times: number[] = []
  for (const row of FLOOR) {
    const time = await measure(row)
    if (time <= most) return row
    times.push(time)
  }
  return FLOOR[times.indexOf(Math.min(...times))] as Cost
}

/** The median of some runs, in milliseconds. */
type Measure = (cost: Cost) => Promise<number>

function meter(
  make: (cost: Argon2Parameters) => PasswordKdf,
  clock: Clock,
  signal: AbortSignal | undefined,
): Measure {
  return async (cost) => {
    const kdf = make(cost)
    const times: number[] = []
    for (let run = 0; run < RUNS; run++) {
      signal?.throwIfAborted()
      const start = clock.monotonic()
      await kdf.hash('a password to measure with', crypto.getRandomValues(new Uint8Array(16)))
      times.push(clock.monotonic() - start)
    }
    return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] as number
  }
}

const place = /* @__PURE__ */ placeOf('calibrate')
