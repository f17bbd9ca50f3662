import { configureGlobal } from 'fast-check'
import { runs } from './runs.ts'

// For every property that does not say itself how often it is tried.
configureGlobal({ numRuns: runs({ ci: 100, soak: 10_000 }) })
