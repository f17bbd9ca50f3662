export { refreshStoreConformance } from './refresh-store-conformance.js'
export { replayStoreConformance } from './replay-store-conformance.js'
export { sessionStoreConformance } from './session-store-conformance.js'
