import { systemClock } from '@base/core/clock'
import { always } from '@base/domain/specification'
import { migrate } from '@base/drizzle/migrate'
import { pglite } from '@base/drizzle/unit-of-work'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encryptEmails } from '../customers/encrypt-emails.ts'
import { openCipher } from '../encryption/shop-cipher.ts'
import { openStores, type Stores } from '../stores.ts'
import { migrations, oldSteps } from './migrations.ts'

/** An order of two pens and a cap, as the shop kept it at first. */
const ORDER = `
  insert into customers values ('bob', 'Bob', 'bob@example.com');
  insert into items values ('PEN', 'Pen', '', 500, 3, 'active'), ('CAP', 'Cap', '', 300, 1, 'active');
  insert into orders (id, customer, address, notes, status, subtotal, discount, shipping, total, placed_at, expected_by)
  values ('01890a5d-ac96-774b-bcce-b302099a8057', 'bob', 'Rome', '', 'confirmed', 1300, 30, 990, 2260, now(), now());
  insert into order_lines values (1, 1, 'CAP', 'Cap', 1, 300, 10, 30, 270), (1, 0, 'PEN', 'Pen', 2, 500, 0, 0, 1000)`

const cipher = openCipher(undefined, systemClock)
let client: PGlite
let stores: Stores
beforeEach(async () => {
  client = await PGlite.create()
  stores = openStores({ db: drizzle(client), units: pglite(client) }, cipher)
})
afterEach(() => client.close())

/** What the service did when it was at that step. */
async function upTo(step: number): Promise<void> {
  await client.exec('create table if not exists migrations (name text primary key, applied_at timestamptz)')
  for (const { name, sql } of oldSteps.slice(0, step)) {
    await client.exec(sql)
    await client.query('insert into migrations (name) values ($1)', [name])
    if (step > 0 && name === oldSteps[0]?.name) await client.exec(ORDER)
  }
}

describe('migrations', () => {
  test.each(oldSteps.map(({ name }, index) => [name, index + 1] as const))(
    'keep the data of a shop that was at %s',
    async (_, step) => {
      await upTo(step)
      await migrate(drizzle(client), migrations)
      const { items } = await stores.orders.findPage(always(), { orderBy: [{ field: 'number' }] })

      expect(items).toHaveLength(1)
      expect(items[0]).toMatchObject({ number: 1, version: 1, status: 'confirmed', paymentAsked: false })
      expect(items[0]?.toJSON()).toMatchObject({
        id: 'order_01h455vb4pex5vsknk084sn02q',
        total: 2_260,
        lines: [
          {
            sku: 'PEN',
            name: 'Pen',
            quantity: 2,
            unitPrice: 500,
            discountPercent: 0,
            discount: 0,
            total: 1_000,
          },
          {
            sku: 'CAP',
            name: 'Cap',
            quantity: 1,
            unitPrice: 300,
            discountPercent: 10,
            discount: 30,
            total: 270,
          },
        ],
      })
      expect(await stores.items.findById('PEN')).toMatchObject({ stock: 3, version: 1 })
    },
  )

  test('run once, and leave the order numbers where they are', async () => {
    await upTo(3)
    await migrate(drizzle(client), migrations)
    const [bobs] = (await stores.orders.findPage(always(), { orderBy: [{ field: 'number' }] })).items
    bobs?.ship()
    if (bobs !== undefined) await stores.orders.save(bobs)

    expect((await migrate(drizzle(client), migrations)).applied).toEqual([])
    expect(bobs && (await stores.orders.findById(bobs.id))).toMatchObject({
      number: 1,
      status: 'shipped',
      version: 2,
    })
  })

  test('encrypt the addresses that were there, and find them again', async () => {
    await upTo(3)
    await migrate(drizzle(client), migrations)
    await encryptEmails(drizzle(client), cipher)
    const { rows } = await client.query<{ email: string }>('select * from customers')

    expect(JSON.stringify(rows)).not.toContain('bob@example.com')
    expect(await stores.customers.findByEmail('bob@example.com')).toMatchObject({ username: 'bob' })
    await encryptEmails(drizzle(client), cipher)
    expect((await client.query('select * from customers')).rows).toEqual(rows)
  })
})
