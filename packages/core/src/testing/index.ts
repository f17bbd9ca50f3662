export type { ConformanceOptions, Make, Subject } from './conformance.js'
export { lockConformance } from './lock-conformance.js'
export { seededRandom } from './seeded-random.js'
export { type PendingTimer, TestClock, type TestClockOptions } from './test-clock.js'
