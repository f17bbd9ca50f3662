import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import type { Clock } from '@base/core/clock'
import { createContainer } from '@base/core/container'
import type { Logger } from '@base/observability/logger'
import { addDemoAccounts } from '../accounts/demo-accounts.ts'
import { createAuth } from '../auth/auth.ts'
import { authStoresOn } from '../auth/auth-stores.ts'
import type { Config } from '../config.ts'
import { coordinateAlone } from '../coordination/alone.ts'
import { coordinateByRedis } from '../coordination/redis.ts'
import { openDatabase } from '../database/open-database.ts'
import { openCipher } from '../encryption/shop-cipher.ts'
import { cacheItems, openItemCache } from '../items/cached-items.ts'
import { NightlyJob } from '../jobs/nightly-job.ts'
import { nightlyWork } from '../jobs/nightly-work.ts'
import type { SendMail } from '../mail/mail.ts'
import type { OrderServices } from '../orders/place-order.ts'
import { GatewayPayments } from '../payments/gateway-payments.ts'
import { openGateway } from '../payments/own-gateway.ts'
import { openProvider } from '../provider/provider-client.ts'
import { openStores } from '../stores.ts'

/** What the service is given, and does not make itself. */
export interface Outside {
  readonly config: Config
  readonly clock: Clock
  /** Delivers letters. */
  readonly sendMail: SendMail
  readonly logger: Logger
  /** Where it listens, once it does. */
  readonly url: () => string
  /** Whether it takes new work: not while it starts or drains. */
  readonly accepting: () => boolean
}

/** How a part ends that can be closed. */
const closing = { dispose: (part: { close(): unknown }) => part.close() }

/** What the service is made of; each part names those before it that it is made with, and is closed before them. */
export function withParts(outside: Outside) {
  const { config, clock, url } = outside
  return withOrders(withGround(outside), outside)
    .singleton('authStores', ['database', 'coordination'], ({ database, coordination }) => ({
      ...authStoresOn(database.db, clock),
      ...coordination.auth,
    }))
    .singleton(
      'auth',
      ['authStores', 'coordination', 'stores', 'cipher'],
      async ({ authStores, coordination: { counts }, stores: { accounts, unitOfWork }, cipher }) => {
        const passwords = createPasswords({ kdf: nodeRsArgon2() })
        await addDemoAccounts({ accounts, unitOfWork }, passwords, config.demoPassword)
        const { issuer = url(), signInLimit } = config
        const settings = { issuer, signInLimit, accounts, passwords, cipher, counts, clock }
        return createAuth({ ...settings, stores: authStores })
      },
    )
    .singleton('provider', ['authStores'], ({ authStores }) =>
      openProvider(config, authStores.transactions, clock),
    )
}

/** Orders, who takes their money, and the night's work on them. */
function withOrders(ground: ReturnType<typeof withGround>, { config, clock, logger }: Outside) {
  return (
    ground
      // After the database: then the folder is ours.
      .singleton('gateway', ['database'], () => openGateway(config), { dispose: (gateway) => gateway.stop() })
      .singleton(
        'orders',
        ['stores', 'gateway', 'coordination'],
        ({ stores, gateway, coordination: { lock, repetitions } }): OrderServices => {
          const payments = new GatewayPayments(gateway.url, config)
          return { ...stores, clock, logger, payments, lock, repetitions }
        },
      )
      .singleton('nightly', ['orders', 'coordination'], ({ orders, coordination: { lock, countedBy } }) => {
        const settings = { name: 'cancel-unpaid-orders', lock, countedBy, clock, logger }
        return new NightlyJob({ ...settings, work: (context) => nightlyWork(orders, context) })
      })
  )
}

/** What all stands on: the database, what instances share, and what is kept in both. */
function withGround({ config, clock, logger }: Outside) {
  return createContainer()
    .value('cipher', openCipher(config.fieldKeys, clock))
    .singleton('database', ['cipher'], ({ cipher }) => openDatabase(config, cipher), closing)
    .singleton(
      'coordination',
      ['database'],
      ({ database }) =>
        config.redisUrl === undefined
          ? coordinateAlone(database, clock)
          : coordinateByRedis(config.redisUrl, { timeout: config.redisTimeout, clock, logger }),
      closing,
    )
    .singleton(
      'itemCache',
      ['coordination'],
      ({ coordination }) => openItemCache(coordination, clock),
      closing,
    )
    .singleton('stores', ['database', 'itemCache', 'cipher'], ({ database, itemCache, cipher }) =>
      cacheItems(openStores(database, cipher), itemCache),
    )
}
