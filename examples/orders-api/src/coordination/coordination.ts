import type { Idempotency } from '@base/application/idempotency'
import type { CacheOptions } from '@base/cache'
import type { Lock } from '@base/core/lock'
import type { RateLimiterOptions } from '@base/resilience/rate-limiter'
import type { authStoresIn } from '../auth/auth-stores.ts'

/** What instances of the service have to share in order to act as one. */
export interface Coordination {
  /** Where a cache keeps its entries, and how it hears what other instances have changed. */
  readonly cache: Pick<CacheOptions, 'layers' | 'bus'>
  /** Where calls are counted, and where else while nobody answers there. */
  readonly counts: Pick<RateLimiterOptions, 'store' | 'storeTimeout' | 'whenStoreFails'>
  /** Keeps two from doing the same at once. */
  readonly lock: Lock
  /** Who counts the tokens of the lock: those of another cannot be compared with them. */
  readonly countedBy: string
  /** Answers requests that come again before the database is asked, where somebody does. */
  readonly repetitions?: Idempotency
  /** Where keys, sign-ins and revocations are kept, unless that is the database. */
  readonly auth?: ReturnType<typeof authStoresIn>
  /** Whether what they share beside the database answers now, where that is something. */
  readonly answers?: () => Promise<boolean>
  close(): void
}
