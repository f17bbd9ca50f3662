import { join } from 'node:path'
import { type Clock, systemClock } from '@base/core/clock'
import { createContainer } from '@base/core/container'
import { createLifecycle, type Lifecycle, type LifecycleContext } from '@base/core/lifecycle'
import { type Auth, createAuth } from './auth/auth.ts'
import { authStoresOn } from './auth/auth-stores.ts'
import { authenticate } from './auth/authenticate.ts'
import { authRoutes } from './auth/routes.ts'
import { wellKnownRoutes } from './auth/well-known.ts'
import type { Config } from './config.ts'
import { customerRoutes } from './customers/routes.ts'
import { openDatabase } from './database/database.ts'
import { createApp } from './http/app.ts'
import { healthRoutes } from './http/health.ts'
import { HttpServer } from './http/server.ts'
import { cacheItems, openItemCache } from './items/cached-items.ts'
import { itemRoutes } from './items/routes.ts'
import { OrderLimits } from './orders/order-limits.ts'
import { publish } from './orders/publish.ts'
import { orderRoutes } from './orders/routes.ts'
import { GatewayPayments } from './payments/gateway-payments.ts'
import { type OwnGateway, startGateway } from './payments/own-gateway.ts'
import { openStores } from './stores.ts'

/** The whole service, put together and not yet started. */
export interface Service {
  readonly lifecycle: Lifecycle
  /** Where it answers, once it has started. */
  readonly url: string
  /** Where its payment gateway answers, once it has started. */
  readonly gatewayUrl: string
  /** What knows who is signed in, once it has started. */
  readonly auth: Auth
}

/**
 * Puts the service together: what it is made of in the container, what starts and stops when in the lifecycle.
 *
 * @param signals that stop it; a test wants none.
 */
export function createService(
  config: Config,
  signals?: readonly string[],
  clock: Clock = systemClock,
): Service {
  const container = createContainer()
    .value('config', config)
    .value('clock', clock)
    .singleton('database', ['config'], ({ config }) => openDatabase(config), {
      dispose: (database) => database.close(),
    })
    .singleton('itemCache', ['clock'], ({ clock }) => openItemCache(clock), {
      dispose: (cache) => cache.close(),
    })
    .singleton('stores', ['database', 'itemCache'], ({ database, itemCache }) =>
      cacheItems(openStores(database), itemCache),
    )
    // After the database: then the folder is ours.
    .singleton('gateway', ['config', 'database'], ({ config }) => openGateway(config), {
      dispose: (gateway) => gateway.stop(),
    })
    .singleton(
      'payments',
      ['config', 'gateway'],
      ({ config: { paymentTimeout, paymentRecovery }, gateway }) =>
        new GatewayPayments(gateway.url, { timeout: paymentTimeout, recovery: paymentRecovery }),
    )
    .singleton('lock', ['database'], ({ database }) => database.lock)
    .singleton(
      'limits',
      ['config', 'clock', 'stores'],
      ({ config: { orderLimit, addressLimit }, clock, stores }) =>
        new OrderLimits({ perCustomer: orderLimit, perAddress: addressLimit, ...stores, clock }),
    )
    .singleton('auth', ['config', 'clock', 'database'], ({ config, clock, database: { db } }) =>
      createAuth({ ...config, issuer: config.issuer ?? url(), stores: authStoresOn(db, clock), clock }),
    )
    .singleton(
      'app',
      ['clock', 'database', 'stores', 'payments', 'lock', 'limits', 'auth'],
      ({ database, auth, ...services }) =>
        createApp({
          '/.well-known': wellKnownRoutes(auth),
          '/auth': authRoutes(auth),
          '/items': itemRoutes(services.stores),
          '/customers': customerRoutes(services.stores),
          '/orders': orderRoutes({
            ...services.stores,
            ...services,
            publish,
            signedIn: authenticate(auth.tokens),
          }),
          '/health': healthRoutes({ database: database.db, accepting: () => lifecycle.state === 'running' }),
        }),
    )
    .build()
  // Requests that come while the database opens wait for it.
  const server = new HttpServer(
    async (request, client) => (await container.resolve('app')).fetch(request, client),
    clock,
  )
  const url = () => {
    const host = config.host.includes(':') ? `[${config.host}]` : config.host
    return `http://${host}:${server.port}`
  }
  const closeServer = ({ signal }: LifecycleContext) => server.close(signal)

  const lifecycle: Lifecycle = createLifecycle({ drainDelay: config.drainDelay, ...(signals && { signals }) })
    // First, for a second start must find the port taken before it touches the data of the running one.
    .add({ name: 'port', start: () => server.listen(config.host, config.port), stop: closeServer })
    .add({
      name: 'services',
      dependsOn: ['port'],
      start: () => container.resolveAll(),
      stop: () => container.close(),
    })
    .add({ name: 'http', dependsOn: ['services'], stop: closeServer })
  return {
    lifecycle,
    get url() {
      return url()
    },
    get gatewayUrl() {
      return container.get('gateway').url
    },
    get auth() {
      return container.get('auth')
    },
  }
}

/** The gateway that the settings name, or one of our own, whose books lie beside our data. */
async function openGateway({ paymentUrl, dataDir }: Config): Promise<OwnGateway> {
  if (paymentUrl !== undefined) return { url: paymentUrl.replace(/\/$/, ''), stop: async () => {} }
  return startGateway(dataDir.startsWith('memory://') ? undefined : join(dataDir, 'payments.jsonl'))
}
