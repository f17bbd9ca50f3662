import { channel } from 'node:diagnostics_channel'
import { createCache, memoryCacheStore } from '@base/cache'
import { correlationId, runInContext } from '@base/core/context'
import { instrument } from '@base/observability/instrument'
import { createLogger } from '@base/observability/logger'
import { createMetrics } from '@base/observability/metrics'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { bench, type Workload } from '@base-internal/tools/bench'

/** What a message costs while `instrument` listens, beside one that nobody hears; and what blocks cost with and without it. */
const silent = channel('base:bench:silence:event')
const NOTHING = undefined

function message(name: string, told: object): Workload {
  const heard = channel(name)
  return {
    floor: () => {
      silent.publish(told)
      return NOTHING
    },
    contestants: {
      instrument: () => {
        heard.publish(told)
        return NOTHING
      },
    },
  }
}

const messages = {
  'a circuit changes its state': message('base:resilience:circuit-breaker:stateChange', {
    name: 'payments',
    from: 'closed',
    to: 'open',
    reason: 'failures',
  }),
  'a cache finds a value': message('base:cache:cache:hit', { key: 'user:1', namespace: '' }),
  'a store fails': message('base:resilience:rate-limiter:storeFailed', {
    name: 'api',
    error: new Error('away'),
  }),
  'a statement was answered': message('base:drizzle:query:end', {
    summary: 'select orders',
    operation: 'select',
    table: 'orders',
    sql: 'select "id", "total" from "orders" where "id" = $1',
    duration: 1.5,
    rows: 1,
  }),
  'a call waited for a slot': message('base:resilience:bulkhead:admitted', { name: 'reports', waited: 12 }),
}

const work = async (index: number): Promise<number> => index + 1
const breaker = new CircuitBreaker()
const cache = createCache({ layers: [memoryCacheStore()], ttl: '1d' })
await cache.set('user:1', 1)
const blocks = {
  'a call of a closed circuit': {
    floor: work,
    contestants: { instrument: (index: number) => breaker.execute(() => work(index)) },
  },
  'a read of a cache in memory': {
    floor: async () => 1,
    contestants: { instrument: () => cache.get('user:1') },
  },
}

const ours = 'instrument'
await bench({ name: '@base/observability/instrument, off', ours, workloads: blocks })
const none = () => {}
const logger = { trace: none, debug: none, info: none, warn: none, error: none, isLevelEnabled: () => false }
const stop = instrument({ metrics: createMetrics(), logger })
await bench({ name: '@base/observability/instrument, on', ours, workloads: { ...blocks, ...messages } })
stop()
const keeping = createLogger({ service: 'orders', buffer: { level: 'trace' }, destination: { write: none } })
const stopKeeping = instrument({ metrics: createMetrics(), logger: keeping })
await runInContext([[correlationId, 'req-1']], () =>
  bench({ name: '@base/observability/instrument, kept for a request', ours, workloads: messages }),
)
stopKeeping()
await cache.close()
