import { hash } from '@node-rs/argon2'
import { eq, sql } from 'drizzle-orm'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { openPglite } from '../database/pglite.ts'
import { customers } from '../database/schema.ts'
import { Limiter } from '../limits.ts'
import { createMeters } from '../telemetry/meters.ts'
import { Audit } from './audit.ts'
import { checkPassword, type PasswordServices } from './check-password.ts'
import { isOutdated } from './passwords.ts'

const ADA = { username: 'ada', password: 'analytical-engine' }

let database: Database
beforeAll(async () => {
  database = await openPglite('memory://', () => {})
  const passwordHash = await hash(ADA.password, { memoryCost: 8_192, timeCost: 1 })
  await database.db
    .insert(customers)
    .values({ username: 'ada', name: 'Ada', email: 'ada@example.com', passwordHash })
})
afterAll(() => database.close())

function services(pairs = 20): PasswordServices {
  const { db } = database
  const options = { redis: undefined, meters: createMeters() }
  return {
    db,
    audit: new Audit({ db, logger: pino({ level: 'silent' }), meters: createMeters() }),
    perPair: new Limiter('pairs', { points: pairs, duration: 3_600 }, options),
    perLogin: new Limiter('logins', { points: 1_000, duration: 3_600 }, options),
  }
}

test('a hash that was made at another cost is made anew, of the same password', async () => {
  const hashOfAda = async () => {
    const [row] = await database.db.select().from(customers).where(eq(customers.username, 'ada'))
    return row?.passwordHash ?? ''
  }
  const before = await hashOfAda()
  await checkPassword(services(), ADA, '10.0.0.1')
  const renewed = await hashOfAda()
  await checkPassword(services(), ADA, '10.0.0.1')

  expect([isOutdated(before), isOutdated(renewed)]).toEqual([true, false])
  expect(await hashOfAda()).toBe(renewed)
})

test('who guesses shuts the account for the own network alone, by both of its names', async () => {
  const shop = services(2)
  const guess = { username: 'ada', password: 'a guess' }
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(checkPassword(shop, guess, '2001:db8::1')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' })
  await expect(checkPassword(shop, ADA, '2001:db8::2')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  const byAddress = { ...ADA, username: 'ada@example.com' }
  await expect(checkPassword(shop, byAddress, '2001:db8::2')).rejects.toMatchObject({
    code: 'SIGN_IN_FAILED',
  })

  expect(await checkPassword(shop, ADA, '10.0.0.1')).toMatchObject({ username: 'ada' })
})

test('what was typed for nobody is in no entry of the audit trail', async () => {
  const nobody = { username: 'my-secret-password', password: 'x' }
  await expect(checkPassword(services(), nobody, '10.0.0.1')).rejects.toMatchObject({ status: 401 })
  const last = sql`select entry, target from audit_entries order by sequence desc limit 1`
  const { rows } = (await database.db.execute(last)) as unknown as {
    rows: { entry: string; target: string }[]
  }

  expect(rows[0]?.target).toBe('unknown')
  expect(rows[0]?.entry).not.toContain(nobody.username)
})
