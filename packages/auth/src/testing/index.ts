export { keyStoreConformance } from './key-store-conformance.js'
export { revocationStoreConformance } from './revocation-store-conformance.js'
