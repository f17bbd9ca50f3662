import type { Component } from '@base/core/lifecycle'
import { migrate } from '@base/drizzle/migrate'
import type { Executor } from '@base/drizzle/repository'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Config } from '../config.ts'
import { migrations } from './migrations.ts'

/** Drizzle on the database, and the part that brings its tables up to date and closes it. */
export interface Database {
  readonly db: Executor
  readonly part: Component
}

/** PostgreSQL in this process, in a folder that no other process may open; `memory://` keeps nothing. */
export function openDatabase({ dataDir }: Config): Database {
  const client = new PGlite(dataDir)
  const db = drizzle(client)
  const part = { name: 'database', start: () => migrate(db, migrations), stop: () => client.close() }
  return { db, part }
}
