import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import { addDemoAccounts } from '../accounts/demo-accounts.ts'
import { createAuth } from '../auth/auth.ts'
import { credentialStoresOn } from '../auth/auth-stores.ts'
import { openProvider } from '../provider/provider-client.ts'
import type { withOrders } from './orders.ts'

/** What knows who is signed in. */
export function withSignIn(orders: ReturnType<typeof withOrders>) {
  return orders
    .singleton('passwords', ['config', 'stores'], async ({ config, stores }) => {
      const passwords = createPasswords({ kdf: nodeRsArgon2() })
      await addDemoAccounts(stores, passwords, config.demoPassword)
      return passwords
    })
    .singleton(
      'auth',
      ['outside', 'database', 'coordination', 'stores', 'passwords', 'cipher'],
      ({ outside: { config, clock, url }, database, coordination, stores, passwords, cipher }) =>
        createAuth({
          issuer: config.issuer ?? url(),
          signInLimit: config.signInLimit,
          accounts: stores.accounts,
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
}
