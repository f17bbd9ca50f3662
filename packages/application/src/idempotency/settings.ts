import type { Clock } from '@base/core/clock'
import type { Codec } from '@base/core/codec'
import type { AppError } from '@base/core/errors'
import type { IdempotencyStore } from './idempotency-store.js'

/** The options, checked and complete. */
export interface IdempotencySettings {
  readonly store: IdempotencyStore
  readonly ttl: number
  readonly lease: number
  readonly wait: number
  readonly storeTimeout: number
  readonly isFinal: (error: AppError) => boolean
  readonly isFinalResult: (value: unknown) => boolean
  readonly codec: Codec
  readonly clock: Clock
}
