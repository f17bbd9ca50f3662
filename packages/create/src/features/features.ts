import type { Choices } from '../choices.js'
import { authFeature } from './auth.js'
import { cacheFeature } from './cache.js'
import { databaseFeature } from './database.js'
import type { Feature } from './feature.js'
import { observabilityFeature } from './observability.js'
import { SERVICE } from './service.js'

/** All that a service is made of, in the order in which its parts start. */
export function featuresOf(choices: Choices): readonly Feature[] {
  return [
    SERVICE,
    observabilityFeature(choices),
    // Before the database, without which no start succeeds: a cache that has started is closed again, and keeps no process.
    cacheFeature(choices),
    databaseFeature(choices),
    authFeature(choices),
  ].filter((feature) => feature !== undefined)
}
