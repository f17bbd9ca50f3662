import type { RateLimitAlgorithm } from '@base/resilience/rate-limiter'
import { bucket } from './bucket.js'
import { fixedWindow } from './fixed-window.js'
import type { Meter } from './meter.js'
import { slidingLog } from './sliding-log.js'
import { slidingWindow } from './sliding-window.js'

/** What counts for each algorithm. A bucket's tokens are `burst - debt`: the first two decide alike in every case. */
export const METERS: Readonly<Record<RateLimitAlgorithm, Meter>> = {
  gcra: bucket,
  token_bucket: bucket,
  fixed_window: fixedWindow,
  sliding_window: slidingWindow,
  sliding_log: slidingLog,
}
