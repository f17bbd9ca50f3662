import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { CachePersistenceLayer } from '@aws-lambda-powertools/idempotency/cache'
import { createIdempotency, fingerprintOf } from '@base/application/idempotency'
import { redisIdempotencyStore } from '@base/redis/idempotency'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { Idempotency } from '@node-idempotency/core'
import { createClient } from 'redis'

await using redis = await services.redis()
const client = createClient({ url: redis.url })
await client.connect()

interface Order {
  readonly key: string
  readonly sku: string
}
const place = async () => ({ id: 7 })

const idempotency = createIdempotency({ store: redisIdempotencyStore(client) })
const byOurs = async (order: Order) =>
  (await idempotency.run(order.key, fingerprintOf({ sku: order.sku }), place)).value

process.env['AWS_LAMBDA_FUNCTION_NAME'] ??= 'orders'
// Without a fingerprint: with `payloadValidationJmesPath` it refuses every repetition on Redis.
const config = new IdempotencyConfig({ eventKeyJmesPath: 'key' })
// Without a context, who runs is taken for dead at once.
config.registerLambdaContext({ getRemainingTimeInMillis: () => 60_000 } as never)
const byPowertools: (order: Order) => Promise<unknown> = makeIdempotent(place, {
  persistenceStore: new CachePersistenceLayer({ client: client as never }),
  config,
}) as never

/** Its own adapter comes with a client of an older version. */
const core = new Idempotency({
  connect: async () => {},
  disconnect: async () => {},
  get: async (key) => (await client.get(key)) ?? undefined,
  set: async (key, value, { ttl = 0 }) => void (await client.set(key, value, { PX: ttl })),
  setIfNotExists: async (key, value, { ttl = 0 } = {}) =>
    (await client.set(key, value, { NX: true, PX: ttl })) !== null,
})
const byCore = async ({ key, sku }: Order) => {
  const request = { method: 'POST', path: '/orders', headers: { 'idempotency-key': key }, body: { sku } }
  const known = await core.onRequest(request)
  if (known !== undefined) return known.body
  const body = await place()
  await core.onResponse(request, { body })
  return body
}

/** No lease, no fingerprint, no fence, and nobody can take over. */
const byTwoCommands = async ({ key }: Order) => {
  const running = await client.set(`plain:${key}`, '', { NX: true, PX: 86_400_000 })
  if (running === null) return JSON.parse((await client.get(`plain:${key}`)) ?? '')
  const value = await place()
  await client.set(`plain:${key}`, JSON.stringify(value), { PX: 86_400_000 })
  return value
}

const contestants = {
  '@base/redis': byOurs,
  '@aws-lambda-powertools/idempotency': byPowertools,
  '@node-idempotency/core': byCore,
}
let fresh = 0
const first = (by: (order: Order) => Promise<unknown>) => () => by({ key: `first ${fresh++}`, sku: 'a' })
const again = (by: (order: Order) => Promise<unknown>) => () => by({ key: 'known', sku: 'a' })
const all = (way: typeof first) =>
  Object.fromEntries(Object.entries(contestants).map(([name, by]) => [name, way(by)]))

try {
  await bench({
    name: '@base/redis/idempotency',
    ours: '@base/redis',
    workloads: {
      'a request that comes first': { floor: first(byTwoCommands), contestants: all(first) },
      'a request that comes again': { floor: again(byTwoCommands), contestants: all(again) },
    },
  })
} finally {
  client.destroy()
}
