export { type Duration, type DurationRules, type DurationUnit, toMilliseconds } from './duration.js'
export { formatDuration } from './format-duration.js'
