import { join } from 'node:path'
import type { Config } from '../config.ts'
import { KnownCustomers } from '../customers/known-customers.ts'
import { NightlyJob } from '../jobs/nightly-job.ts'
import { cancelUnpaid } from '../orders/cancel-unpaid.ts'
import { OrderLimits } from '../orders/order-limits.ts'
import type { OrderServices } from '../orders/place-order.ts'
import { publish } from '../orders/publish.ts'
import { GatewayPayments } from '../payments/gateway-payments.ts'
import { type OwnGateway, startGateway } from '../payments/own-gateway.ts'
import type { withStores } from './stores.ts'

/** Placing orders, paying for them, and cancelling at night what nobody has paid. */
export function withOrders(stores: ReturnType<typeof withStores>) {
  return (
    stores
      // After the database: then the folder is ours.
      .singleton('gateway', ['config', 'database'], ({ config }) => openGateway(config), {
        dispose: (gateway) => gateway.stop(),
      })
      .singleton('payments', ['config', 'gateway'], ({ config, gateway }) => {
        const { paymentTimeout: timeout, paymentRecovery: recovery } = config
        return new GatewayPayments(gateway.url, { timeout, recovery })
      })
      .singleton(
        'knownCustomers',
        ['clock', 'stores'],
        ({ clock, stores }) => new KnownCustomers(stores.customers, clock),
        { dispose: (known) => known.close() },
      )
      .singleton(
        'orderServices',
        ['clock', 'logger', 'stores', 'payments', 'coordination', 'knownCustomers'],
        ({ stores, coordination: { lock, repetitions }, ...services }): OrderServices => ({
          ...stores,
          ...services,
          lock,
          repetitions,
          publish,
        }),
      )
      .singleton(
        'nightly',
        ['orderServices', 'coordination'],
        ({ orderServices, coordination: { lock, countedBy } }) =>
          new NightlyJob({
            name: 'cancel-unpaid-orders',
            work: (context) => cancelUnpaid(orderServices, context),
            lock,
            countedBy,
            clock: orderServices.clock,
            logger: orderServices.logger,
          }),
      )
      .singleton(
        'limits',
        ['config', 'clock', 'knownCustomers', 'coordination'],
        ({ config: { orderLimit: perCustomer, addressLimit: perAddress }, coordination, ...given }) =>
          new OrderLimits({ perCustomer, perAddress, counts: coordination.counts, ...given }),
      )
  )
}

/** The gateway that the settings name, or one of our own, whose books lie beside our data. */
async function openGateway({ paymentUrl, dataDir }: Config): Promise<OwnGateway> {
  if (paymentUrl !== undefined) return { url: paymentUrl.replace(/\/$/, ''), stop: async () => {} }
  return startGateway(dataDir.startsWith('memory://') ? undefined : join(dataDir, 'payments.jsonl'))
}
