export type { HttpBreakerOptions, HttpRetryOptions, ResilientFetchOptions } from './options.js'
export { HttpProblemError } from './problem.js'
export { type TraceContext, traceContext } from './propagation.js'
export { type ResilientFetch, resilientFetch } from './resilient-fetch.js'
