import { type Door, describeDoors, describeSignals } from '@base-internal/tools/wrong-options'
import { createIdempotency, memoryIdempotencyStore } from './idempotency/index.js'

const idempotency = createIdempotency({ store: memoryIdempotencyStore() })

/** What takes options that may all be left out, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['memoryIdempotencyStore', memoryIdempotencyStore],
  ['Idempotency.run', (options) => idempotency.run('k', 'fingerprint', () => 1, options)],
]

describeDoors(DOORS, (pattern) => ({
  details: { package: '@base/application', pattern, option: 'options', allowed: 'an object' },
}))

describeSignals(DOORS.filter(([owner]) => owner === 'Idempotency.run'))
