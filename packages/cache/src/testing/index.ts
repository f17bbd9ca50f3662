export { cacheBusConformance } from './cache-bus-conformance.js'
export { cacheConformance } from './cache-conformance.js'
export { cacheStoreConformance } from './cache-store-conformance.js'
