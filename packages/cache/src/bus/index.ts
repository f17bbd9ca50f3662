export type { CacheBus, SubscribeOptions } from './cache-bus.js'
export { memoryCacheBus } from './memory-cache-bus.js'
