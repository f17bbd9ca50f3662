export { type PolicySubject, policyConformance } from './policy-conformance.js'
export { rateLimitStoreConformance } from './rate-limit-store-conformance.js'
