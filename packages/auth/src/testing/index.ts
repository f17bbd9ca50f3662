export { refreshStoreConformance } from './refresh-store-conformance.js'
