import type { Component } from '@base/core/lifecycle'
import { migrate } from '@base/drizzle/migrate'
import type { Executor } from '@base/drizzle/repository'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Config } from '../config.ts'
import { migrations } from './migrations.ts'

/** Drizzle on the database, and the part that brings its tables up to date and closes it. */
export interface Database {
  readonly db: Executor
  readonly part: Component
}

/** A PostgreSQL server, through a pool of connections that are opened when they are needed. */
export function openDatabase({ databaseUrl }: Pick<Config, 'databaseUrl'>): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl.reveal(),
    max: 10,
    connectionTimeoutMillis: 5_000,
  })
  // Of a connection that breaks while it is idle: the pool opens another.
  pool.on('error', () => {})
  const db = drizzle(pool)
  const part = { name: 'database', start: () => migrate(db, migrations), stop: () => pool.end() }
  return { db, part }
}
