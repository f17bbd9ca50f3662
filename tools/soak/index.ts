export { type RunCounts, runs } from './runs.ts'
