import { type Door, describeDoors, describeSignals } from '@base-internal/tools/wrong-options'
import { createCache } from './cache/index.js'
import { memoryCacheStore } from './store/index.js'

const cache = createCache({ layers: [memoryCacheStore()] })

/** What takes options, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['createCache', createCache],
  ['Cache', (options) => cache.set('k', 1, options)],
  ['Cache', (options) => cache.setMany([['k', 1, options]])],
  ['Cache', (options) => cache.getOrSet('k', () => 1, options)],
  ['Cache', (options) => cache.cached(function find() {}, options)],
  ['Cache', (options) => cache.warmUp(['k'], () => 1, options)],
  ['memoryCacheStore', memoryCacheStore],
]

describeDoors(DOORS, (pattern) => ({
  details: { package: '@base/cache', pattern, option: 'options', allowed: 'an object' },
}))

describeSignals([['getOrSet', (options) => cache.getOrSet('signal', () => 1, options)]])
