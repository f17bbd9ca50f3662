export { idempotencyStoreConformance } from './idempotency-store-conformance.js'
