import type { ChannelRule, MetricRule } from './channel-rule.js'
import { authChannels } from './rules/auth.js'
import { cacheChannels, cacheSources } from './rules/cache.js'
import { drizzleChannels } from './rules/drizzle.js'
import { healthChannels, healthSources } from './rules/health.js'
import { idempotencyChannels } from './rules/idempotency.js'
import { resilienceChannels, resilienceSources } from './rules/resilience.js'
import type { SourceRule } from './source-rule.js'

/** Every channel that a package of @base publishes to; a test refuses one that is not here, and one that is no more. */
export const CHANNELS: readonly ChannelRule[] = [
  ...resilienceChannels,
  ...cacheChannels,
  ...idempotencyChannels,
  ...authChannels,
  ...drizzleChannels,
  ...healthChannels,
]

/** Everything that can be read when somebody asks; likewise. */
export const SOURCES: readonly SourceRule[] = [...resilienceSources, ...cacheSources, ...healthSources]

/** What is lost on the way, by `base.channel`. */
export const FAILURES: MetricRule = {
  name: 'base.instrument.failures',
  unit: '{message}',
  description: 'Messages that metrics, tracer or logger did not take',
}
