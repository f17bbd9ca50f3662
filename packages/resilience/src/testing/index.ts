export { type PolicySubject, policyConformance } from './policy-conformance.js'
