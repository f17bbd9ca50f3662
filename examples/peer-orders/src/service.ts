import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { AccessTokens } from './auth/access-tokens.ts'
import { Audit } from './auth/audit.ts'
import { guardBy } from './auth/authenticate.ts'
import { authRoutes } from './auth/routes.ts'
import { sessionRoutes } from './auth/session-routes.ts'
import { SignIns } from './auth/sign-ins.ts'
import { SigningKeys } from './auth/signing-keys.ts'
import { type Config, KNOWN_PASSWORD } from './config.ts'
import { addDemoAccounts } from './customers/demo-accounts.ts'
import { customerRoutes } from './customers/routes.ts'
import type { Lease } from './database/lock.ts'
import { openDatabase } from './database/open-database.ts'
import { createApp } from './http/app.ts'
import { healthRoutes } from './http/health.ts'
import { listen } from './http/listen.ts'
import { observeRequests } from './http/observe.ts'
import { createOperations } from './http/operations.ts'
import { stopServing } from './http/stop.ts'
import { ItemCache } from './items/item-cache.ts'
import { itemRoutes } from './items/routes.ts'
import { NightlyJob } from './jobs/nightly-job.ts'
import { Limiter } from './limits.ts'
import { cancelUnpaid } from './orders/cancel-unpaid.ts'
import { pruneKeys } from './orders/idempotency.ts'
import { orderRoutes } from './orders/routes.ts'
import { PaymentGateway } from './payments/payment-gateway.ts'
import { openRedis } from './redis.ts'
import { createMeters, type Meters } from './telemetry/meters.ts'
import { observeStatements } from './telemetry/statements.ts'

/** For one name from one network, since it last was right: who guesses keeps nobody out but himself. */
const PER_PAIR = { points: 20, duration: 3_600 }
/** From wherever: so slow that guessing is hopeless, and for who keeps its owner out fifty addresses dear. */
const PER_LOGIN = { points: 1_000, duration: 3_600 }

/** A running service. */
export interface Service {
  /** Where it answers. */
  readonly url: string
  /** Where it tells how it is. */
  readonly operationsUrl: string
  /** Stops it without losing a request; what is still open when the signal aborts is cut. */
  stop(signal: AbortSignal): Promise<void>
}

/** Opens what the service needs, and starts to answer. @throws StartError that says what to do */
export async function startService(config: Config, logger: Logger): Promise<Service> {
  // Closed in reverse, also where the start fails.
  await using opening = new AsyncDisposableStack()
  let accepting = false
  // Known once it listens, and still when it listens no more.
  let url = ''
  const meters = createMeters()
  const stores = await openStores(config, logger, meters, opening)
  const app = createApp(logger, (it) => observeRequests(it, logger, meters))
  const stopHttp = stopServing(app)
  const job = addRoutes(app, config, stores, () => config.ISSUER ?? url)
  const health = { ...stores, accepting: () => accepting }
  healthRoutes(app, health, false)
  const operations = createOperations(logger, health, meters.registry)

  opening.defer(() => operations.close())
  await listen(operations, { host: config.OPS_HOST, port: config.OPS_PORT, prefix: 'OPS_' })
  await listen(app, { host: config.HOST, port: config.PORT })
  url = urlOf(app)
  job.start()
  accepting = true
  const opened = opening.move()
  return {
    url,
    operationsUrl: urlOf(operations),
    stop: async (signal) => {
      accepting = false
      await setTimeout(config.DRAIN_DELAY, undefined, { signal }).catch(() => {})
      await job.stop()
      await stopHttp(signal)
      await opened.disposeAsync()
    },
  }
}

type Stores = Awaited<ReturnType<typeof openStores>>

/** What the service keeps things in, and what signs its tokens. */
async function openStores(config: Config, logger: Logger, meters: Meters, opening: AsyncDisposableStack) {
  const { REDIS_URL, REDIS_TIMEOUT, DEMO_PASSWORD = KNOWN_PASSWORD } = config
  const { db, close } = await openDatabase(config, observeStatements(meters, logger))
  opening.defer(close)
  const redis = REDIS_URL === undefined ? undefined : openRedis(REDIS_URL, REDIS_TIMEOUT, logger)
  opening.defer(() => redis?.disconnect())
  const cache = new ItemCache(db, redis, meters)
  opening.defer(() => cache.close())
  await addDemoAccounts(db, DEMO_PASSWORD)
  const keys = await SigningKeys.open({ db, logger, meters })
  opening.defer(() => keys.close())
  return { db, redis, cache, keys, logger, meters }
}

/** Puts the paths of callers on the app. @returns the night's work */
function addRoutes(app: FastifyInstance, config: Config, stores: Stores, issuer: () => string): NightlyJob {
  const { db, cache, keys, logger, meters } = stores
  const tokens = new AccessTokens(keys, issuer)
  const signIns = new SignIns(db)
  const allow = guardBy({ tokens, signIns, meters })
  const payments = new PaymentGateway(config, stores)
  const perCustomer = new Limiter('orders per customer', config.ORDER_LIMIT, stores)
  const perAddress = new Limiter('sign-ins per address', config.SIGN_IN_LIMIT, stores)
  const perPair = new Limiter('sign-ins per account and address', PER_PAIR, stores)
  const perLogin = new Limiter('sign-ins per account', PER_LOGIN, stores)
  const audit = new Audit(stores)
  const orders = { db, cache, payments, logger, meters, perCustomer }
  const work = async (lease: Lease, stop: AbortSignal) => {
    await Promise.all([pruneKeys(db), signIns.prune()])
    return cancelUnpaid(orders, lease, stop)
  }
  const job = new NightlyJob('cancel-unpaid-orders', work, stores)

  itemRoutes(app, db, cache, allow)
  customerRoutes(app, db, allow)
  orderRoutes(app, orders, allow)
  authRoutes(app, { db, tokens, signIns, keys, audit, meters, perAddress, perPair, perLogin })
  sessionRoutes(app, signIns, allow)
  app.post(`/jobs/${job.name}`, { preHandler: allow('job:run') }, () => job.run())
  return job
}

function urlOf({ server }: FastifyInstance): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
