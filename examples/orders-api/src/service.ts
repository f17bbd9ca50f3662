import { join } from 'node:path'
import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import { type Clock, systemClock } from '@base/core/clock'
import { createContainer } from '@base/core/container'
import { createLifecycle, type Lifecycle, type LifecycleContext } from '@base/core/lifecycle'
import { addDemoAccounts } from './accounts/demo-accounts.ts'
import { accountRoutes } from './accounts/routes.ts'
import { apiKeyRoutes } from './api-keys/routes.ts'
import { type Auth, createAuth } from './auth/auth.ts'
import { credentialStoresOn } from './auth/auth-stores.ts'
import { authenticate } from './auth/authenticate.ts'
import { authRoutes } from './auth/routes.ts'
import { wellKnownRoutes } from './auth/well-known.ts'
import { type Config, isForDevelopment } from './config.ts'
import { openCoordination } from './coordination/coordination.ts'
import { customerRoutes } from './customers/routes.ts'
import { openDatabase } from './database/database.ts'
import { openCipher } from './encryption/shop-cipher.ts'
import { createApp } from './http/app.ts'
import { healthRoutes } from './http/health.ts'
import { HttpServer } from './http/server.ts'
import { cacheItems, openItemCache } from './items/cached-items.ts'
import { itemRoutes } from './items/routes.ts'
import { NightlyJob } from './jobs/nightly-job.ts'
import { jobRoutes } from './jobs/routes.ts'
import { noMail, printMail, type SendMail } from './mail/mail.ts'
import { cancelUnpaid } from './orders/cancel-unpaid.ts'
import { OrderLimits } from './orders/order-limits.ts'
import type { OrderServices } from './orders/place-order.ts'
import { publish } from './orders/publish.ts'
import { orderRoutes } from './orders/routes.ts'
import { GatewayPayments } from './payments/gateway-payments.ts'
import { type OwnGateway, startGateway } from './payments/own-gateway.ts'
import { openProvider } from './provider/provider-client.ts'
import { providerRoutes } from './provider/routes.ts'
import { secondFactorRoutes } from './second-factor/routes.ts'
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

/** What the service takes from outside, so that a test may give its own. */
export interface Outside {
  readonly clock?: Clock
  /** Delivers letters. @defaultValue prints them, where nobody but this machine can reach the service */
  readonly sendMail?: SendMail
}

/**
 * Puts the service together: what it is made of in the container, what starts and stops when in the lifecycle.
 *
 * @param signals that stop it; a test wants none.
 */
export function createService(
  config: Config,
  signals?: readonly string[],
  { clock = systemClock, sendMail = isForDevelopment(config) ? printMail : noMail }: Outside = {},
): Service {
  const container = createContainer()
    .value('config', config)
    .value('clock', clock)
    .singleton('cipher', ['config', 'clock'], ({ config, clock }) => openCipher(config.fieldKeys, clock))
    .singleton('database', ['config', 'cipher'], ({ config, cipher }) => openDatabase(config, cipher), {
      dispose: (database) => database.close(),
    })
    .singleton(
      'coordination',
      ['config', 'database', 'clock'],
      ({ config, database, clock }) => openCoordination(config, database, clock),
      { dispose: (coordination) => coordination.close() },
    )
    .singleton(
      'itemCache',
      ['coordination', 'clock'],
      ({ coordination, clock }) => openItemCache(coordination, clock),
      { dispose: (cache) => cache.close() },
    )
    .singleton('stores', ['database', 'itemCache', 'cipher'], ({ database, itemCache, cipher }) =>
      cacheItems(openStores(database, cipher), itemCache),
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
    .singleton(
      'orderServices',
      ['clock', 'stores', 'payments', 'coordination'],
      ({ clock, stores, payments, coordination: { lock, repetitions } }): OrderServices => ({
        ...stores,
        clock,
        payments,
        lock,
        repetitions,
        publish,
      }),
    )
    .singleton(
      'nightly',
      ['orderServices', 'coordination', 'clock'],
      ({ orderServices, coordination: { lock, countedBy }, clock }) =>
        new NightlyJob({
          name: 'cancel-unpaid-orders',
          work: (context) => cancelUnpaid(orderServices, context),
          lock,
          countedBy,
          clock,
        }),
    )
    .singleton(
      'limits',
      ['config', 'clock', 'stores', 'coordination'],
      ({ config: { orderLimit, addressLimit }, clock, stores: { customers }, coordination: { counts } }) =>
        new OrderLimits({ perCustomer: orderLimit, perAddress: addressLimit, customers, counts, clock }),
    )
    .singleton('passwords', ['config', 'stores'], async ({ config, stores }) => {
      const passwords = createPasswords({ kdf: nodeRsArgon2() })
      await addDemoAccounts(stores, passwords, config.demoPassword)
      return passwords
    })
    .singleton(
      'auth',
      ['config', 'clock', 'database', 'coordination', 'stores', 'passwords', 'cipher'],
      ({ config, clock, database, coordination, stores: { accounts }, passwords, cipher }) =>
        createAuth({
          issuer: config.issuer ?? url(),
          signInLimit: config.signInLimit,
          accounts,
          passwords,
          stores: { ...coordination.auth, ...credentialStoresOn(database.db, clock) },
          cipher,
          counts: coordination.counts,
          clock,
        }),
    )
    .singleton('provider', ['config', 'coordination', 'clock'], ({ config, coordination, clock }) =>
      openProvider(config, coordination.auth.transactions, clock),
    )
    .singleton(
      'app',
      ['database', 'coordination', 'stores', 'orderServices', 'limits', 'nightly', 'auth', 'provider'],
      ({ database, coordination, stores, orderServices, limits, nightly, auth, provider }) => {
        const signedIn = authenticate(auth)
        return createApp({
          '/.well-known': wellKnownRoutes(auth),
          ...(provider && { '/auth/provider': providerRoutes(auth, provider, stores) }),
          '/auth': authRoutes(auth),
          '/accounts': accountRoutes(auth, stores, sendMail),
          '/second-factor': secondFactorRoutes(auth),
          '/api-keys': apiKeyRoutes(auth),
          '/items': itemRoutes(stores, signedIn),
          '/customers': customerRoutes(stores, signedIn),
          '/orders': orderRoutes({
            ...orderServices,
            limits,
            signedIn: (scope) => authenticate(auth, scope),
          }),
          '/jobs': jobRoutes(signedIn, nightly),
          '/health': healthRoutes({
            database: database.db,
            redis: coordination.answers,
            accepting: () => lifecycle.state === 'running',
          }),
        })
      },
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
    // Stops first, for who has asked for a run waits for its answer.
    .add({
      name: 'nightly',
      dependsOn: ['services'],
      start: () => container.get('nightly').start(),
      stop: () => container.get('nightly').stop(),
    })
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
