import { always } from '@base/domain/specification'
import { type Door, describeDoors, describeSignals } from '@base-internal/tools/wrong-options'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { expect } from 'vitest'
import {
  drizzleActionTokenStore,
  drizzleApiKeyStore,
  drizzleKeyStore,
  drizzleOAuthTransactionStore,
  drizzleRefreshStore,
  drizzleReplayStore,
  drizzleRevocationStore,
  drizzleSessionStore,
  drizzleTotpStore,
} from './auth/index.js'
import { drizzleIdempotencyStore } from './idempotency/index.js'
import { drizzleLock } from './lock/index.js'
import { migrate } from './migrate/index.js'
import { claimFolder } from './pglite/index.js'
import { prepareStatements } from './pool/index.js'
import { drizzleRepository } from './repository/index.js'
import { checkTenantIsolation, rlsPolicies } from './tenancy/index.js'
import { drizzleUnitOfWork, nodePostgres } from './unit-of-work/index.js'

// Nothing is connected to: what is wrong shows before.
const db = drizzle.mock()
const database = nodePostgres(new pg.Pool())
const table = pgTable('items', { id: integer().primaryKey(), n: integer().notNull() })
const items = drizzleRepository({ executor: db, table })
const item = { id: 1, n: 1 }

/** What takes options, and whose they are. */
const DOORS: readonly Door[] = [
  ['@base/drizzle drizzleActionTokenStore', (options) => drizzleActionTokenStore(db, options)],
  ['@base/drizzle drizzleApiKeyStore', (options) => drizzleApiKeyStore(db, options)],
  ['@base/drizzle drizzleKeyStore', (options) => drizzleKeyStore(db, options)],
  ['@base/drizzle drizzleOAuthTransactionStore', (options) => drizzleOAuthTransactionStore(db, options)],
  ['@base/drizzle drizzleRefreshStore', (options) => drizzleRefreshStore(db, options)],
  ['@base/drizzle prepareStatements', (options) => prepareStatements(new pg.Pool(), options)],
  ['@base/drizzle drizzleReplayStore', (options) => drizzleReplayStore(db, options)],
  ['@base/drizzle drizzleRevocationStore', (options) => drizzleRevocationStore(db, options)],
  ['@base/drizzle drizzleSessionStore', (options) => drizzleSessionStore(db, options)],
  ['@base/drizzle drizzleTotpStore', (options) => drizzleTotpStore(db, options)],
  ['@base/drizzle drizzleIdempotencyStore', (options) => drizzleIdempotencyStore(db, options)],
  ['@base/drizzle drizzleLock', (options) => drizzleLock(db, options)],
  ['@base/core Lock', (options) => drizzleLock(db).acquire('k', options)],
  ['@base/core Lock', (options) => drizzleLock(db).tryAcquire('k', options)],
  ['@base/drizzle migrate', (options) => migrate(db, [], options)],
  ['@base/drizzle claimFolder', (options) => claimFolder('memory://', options)],
  ['@base/drizzle drizzleRepository', drizzleRepository],
  ['@base/drizzle Repository', (options) => items.findById(1, options)],
  ['@base/drizzle Repository', (options) => items.getById(1, options)],
  ['@base/drizzle Repository', (options) => items.findOne(always(), options)],
  ['@base/drizzle Repository', (options) => items.find(always(), options)],
  ['@base/drizzle Repository', (options) => items.findPage(always(), options)],
  ['@base/drizzle Repository', (options) => items.stream(always(), options)[Symbol.asyncIterator]().next()],
  ['@base/drizzle Repository', (options) => items.count(always(), options)],
  ['@base/drizzle Repository', (options) => items.exists(always(), options)],
  ['@base/drizzle Repository', (options) => items.save(item, options)],
  ['@base/drizzle Repository', (options) => items.saveMany([item], options)],
  ['@base/drizzle Repository', (options) => items.delete(1, options)],
  ['@base/drizzle Repository', (options) => items.deleteWhere(always(), options)],
  ['@base/drizzle checkTenantIsolation', (options) => checkTenantIsolation(db, options)],
  ['@base/drizzle rlsPolicies', (options) => rlsPolicies(table, options)],
  ['@base/drizzle drizzleUnitOfWork', (options) => drizzleUnitOfWork(database, () => ({}), options)],
  [
    '@base/domain UnitOfWork',
    (options) => drizzleUnitOfWork(database, () => ({})).run(async () => 1, options),
  ],
]

describeDoors(DOORS, (owner) => ({
  message: expect.stringMatching(`^${owner}: options must be an object, received `),
}))

describeSignals(DOORS.filter(([owner]) => / (Lock|Repository|UnitOfWork)$/.test(owner)))
