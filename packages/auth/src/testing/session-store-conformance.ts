import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { SessionStore } from '../tokens/sessions/session-store.js'
import { destroying, ending } from './session-ending.js'
import { changing, keeping } from './session-keeping.js'
import { races } from './session-racing.js'

/**
 * What every `SessionStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without sessions. `advance(d)` lets a time of up to some hours pass for it: in memory by its
 * TestClock, on a server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memorySessionStore } from '@base/auth/tokens'
 * import { sessionStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * sessionStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memorySessionStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function sessionStoreConformance(make: Make<SessionStore>, options: ConformanceOptions): void {
  const law = laws('SessionStore', make, options)
  keeping(law)
  changing(law)
  ending(law)
  destroying(law)
  races(law)
}
