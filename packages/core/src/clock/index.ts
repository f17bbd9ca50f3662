export type { Clock, ScheduleOptions, SleepOptions, Timer } from './clock.js'
export { systemClock } from './system-clock.js'
