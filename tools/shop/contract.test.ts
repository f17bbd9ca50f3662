import { describe, expect, test } from 'vitest'
import { catalogue } from './contract/catalogue.ts'
import { idempotency } from './contract/idempotency.ts'
import { FEW, limits } from './contract/limits.ts'
import { describeShop } from './contract/open-shop.ts'
import { operations } from './contract/operations.ts'
import { orders } from './contract/orders.ts'
import { payments } from './contract/payments.ts'
import { permissions } from './contract/permissions.ts'
import { protocol } from './contract/protocol.ts'
import { signingIn } from './contract/signing-in.ts'
import { shops } from './shops.ts'

/** What a caller may rely on of every service, in processes of their own: what is compared under load does the same. */
describe.each(shops)('$name', (shop) => {
  describeShop('open to all', shop, { SIGN_IN_LIMIT: '1000/minute', PAYMENT_RECOVERY: '1ms' }, (open) => {
    for (const part of [
      catalogue,
      orders,
      idempotency,
      permissions,
      protocol,
      operations,
      signingIn,
      payments,
    ])
      part(open)

    test('stops in order when it is told to', async () => {
      expect(await open().process.stop()).toBe(0)
    })
  })

  describeShop('with few of everything', shop, FEW, limits)
})
