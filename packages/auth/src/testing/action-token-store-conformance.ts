import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { ActionTokenStore } from '../action-tokens/action-token-store.js'
import { ending, taking } from './action-token-ending.js'
import { finding, keeping } from './action-token-keeping.js'
import { races } from './action-token-racing.js'

/**
 * What every `ActionTokenStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without tokens. `advance(d)` lets a time of some minutes pass for it: in memory by its TestClock, on a
 * server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryActionTokenStore } from '@base/auth/action-tokens'
 * import { actionTokenStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * actionTokenStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryActionTokenStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function actionTokenStoreConformance(make: Make<ActionTokenStore>, options: ConformanceOptions): void {
  const law = laws('ActionTokenStore', make, options)
  keeping(law)
  finding(law)
  taking(law)
  ending(law)
  races(law)
}
