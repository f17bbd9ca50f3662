import { createHash } from 'node:crypto'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { openPglite } from '../database/pglite.ts'
import { openServer } from '../database/server.ts'
import { createMeters } from '../telemetry/meters.ts'
import { Audit } from './audit.ts'

interface Entry {
  readonly entry: string
  readonly previous: string
  readonly hash: string
}

const logger = pino({ level: 'silent' })

describe('with PGlite', () => chained(() => openPglite('memory://', () => {})))
describeWithService('postgres', (server) => chained(() => openServer(server.url, 10_000, () => {})))

function chained(open: () => Promise<Database>): void {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())

  test('entries that come at once stand in one chain, each with the hash of the one before', async () => {
    const audit = new Audit({ db: database.db, logger, meters: createMeters() })
    const odd = { action: 'sign-in', outcome: 'failure', target: 'a"\\', reason: '\0 \ud800' } as const
    await Promise.all(Array.from({ length: 20 }, () => audit.record(odd)))
    const rows = sql<Entry>`select entry, previous, hash from audit_entries order by sequence`
    const { rows: entries } = (await database.db.execute(rows)) as unknown as { rows: Entry[] }

    expect(entries).toHaveLength(20)
    for (const [index, { entry, previous, hash }] of entries.entries()) {
      expect(previous).toBe(entries[index - 1]?.hash ?? '')
      expect(hash).toBe(
        createHash('sha256')
          .update(previous + entry)
          .digest('hex'),
      )
      expect(JSON.parse(entry)).toMatchObject(odd)
    }
  })
}

test('what cannot be recorded is told, and thrown', async () => {
  const database = await openPglite('memory://', () => {})
  const meters = createMeters()
  await database.close()
  const recorded = new Audit({ db: database.db, logger, meters }).record({ action: 'a', outcome: 'success' })

  await expect(recorded).rejects.toThrow()
  expect(await meters.registry.metrics()).toContain('audit_failures_total 1')
})
