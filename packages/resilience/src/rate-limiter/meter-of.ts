import { Bucket } from './bucket.js'
import { FixedWindow } from './fixed-window.js'
import type { Meter } from './meter.js'
import { SlidingLog } from './sliding-log.js'
import { SlidingWindow } from './sliding-window.js'
import type { RateLimitPolicy } from './store.js'

/** What counts for a policy. */
export function meterOf(policy: RateLimitPolicy): Meter {
  switch (policy.algorithm) {
    case 'fixed_window':
      return new FixedWindow(policy)
    case 'sliding_window':
      return new SlidingWindow(policy)
    case 'sliding_log':
      return new SlidingLog(policy)
    default:
      return new Bucket(policy)
  }
}
