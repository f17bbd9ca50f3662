export { type Bench, bench, type Contestant, type Workload } from './bench.ts'
export type { Figure } from './measure.ts'
