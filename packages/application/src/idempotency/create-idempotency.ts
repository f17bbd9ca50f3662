import { type Clock, systemClock } from '@base/core/clock'
import { type Codec, jsonCodec } from '@base/core/codec'
import { type Duration, toMilliseconds } from '@base/core/duration'
import type { AppError } from '@base/core/errors'
import { checkFunction, checkMethods } from '@base/core/options'
import { placeOf } from '../place.js'
import { checkStore } from './check-store.js'
import type { Idempotency } from './idempotency.js'
import { IdempotencyRunner } from './idempotency-runner.js'
import type { IdempotencyStore } from './idempotency-store.js'

const DEFAULT_TTL: Duration = '24h'
const DEFAULT_LEASE: Duration = '60s'
const DEFAULT_STORE_TIMEOUT: Duration = '5s'

/** Options of {@link createIdempotency}; checked and read once. */
export interface IdempotencyOptions {
  /** Where keys are kept. */
  readonly store: IdempotencyStore
  /** How long an outcome is kept and given again, more than 0. @defaultValue '24h' */
  readonly ttl?: Duration | undefined
  /**
   * How long a run may be silent, more than 0: it is renewed at each third, and when it is over another takes over. A
   * process that dies blocks its keys for so long.
   * @defaultValue '60s'
   */
  readonly lease?: Duration | undefined
  /** How long a request waits for the same one that is running, before it is refused; 0 refuses at once. @defaultValue 0 */
  readonly wait?: Duration | undefined
  /** How long an answer of the store may take, more than 0. @defaultValue '5s' */
  readonly storeTimeout?: Duration | undefined
  /**
   * Whether an error is the request's outcome: it is kept, and thrown again with its code, kind, message and details. All
   * other errors free the key, and so do those that are no `AppError`; one of code `COMMIT_UNKNOWN` leaves it to its lease.
   * @defaultValue no error is
   */
  readonly isFinal?: ((error: AppError) => boolean) | undefined
  /** Whether a value is the request's outcome; one that is not is returned, and frees the key. @defaultValue every value is */
  readonly isFinalResult?: ((value: unknown) => boolean) | undefined
  /** Turns outcomes into text and back; `createCodec({ types })` carries classes of yours. @defaultValue jsonCodec */
  readonly codec?: Codec | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Runs a request once, however often it comes: at the same time, again after its answer was lost, or on another machine
 * after this one has died.
 *
 * @example
 * const idempotency = createIdempotency({ store: memoryIdempotencyStore() })
 * const { value, replayed } = await idempotency.run('order-7', fingerprintOf({ sku: 'a' }), async () => ({ id: 7 }))
 *
 * @throws InvalidOptionError naming the option.
 * @see IETF draft-ietf-httpapi-idempotency-key-header
 */
export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const {
    store,
    ttl = DEFAULT_TTL,
    lease = DEFAULT_LEASE,
    wait = 0,
    storeTimeout = DEFAULT_STORE_TIMEOUT,
    isFinal = () => false,
    isFinalResult = () => true,
    codec = jsonCodec,
    clock = systemClock,
  }: Partial<IdempotencyOptions> = options ?? {}
  const place = placeOf('createIdempotency')
  return new IdempotencyRunner({
    store: checkStore(store as IdempotencyStore, 'createIdempotency'),
    ttl: toMilliseconds(ttl, { ...place('ttl'), positive: true }),
    lease: toMilliseconds(lease, { ...place('lease'), positive: true }),
    wait: toMilliseconds(wait, { ...place('wait'), infinity: true }),
    storeTimeout: toMilliseconds(storeTimeout, { ...place('storeTimeout'), positive: true }),
    isFinal: checkFunction(isFinal, place('isFinal')),
    isFinalResult: checkFunction(isFinalResult, place('isFinalResult')),
    codec: checkMethods(codec, ['encode', 'decode'], place('codec')),
    clock: checkMethods(clock, ['monotonic', 'schedule', 'sleep'], place('clock')),
  })
}
