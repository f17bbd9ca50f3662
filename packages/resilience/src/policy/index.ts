export type { ExecuteOptions, Policy, PolicyContext, PolicyFunction } from './policy.js'
