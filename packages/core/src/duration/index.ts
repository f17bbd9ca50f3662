export {
  type Duration,
  type DurationRules,
  type DurationUnit,
  isDuration,
  toMilliseconds,
} from './duration.js'
export { formatDuration } from './format-duration.js'
