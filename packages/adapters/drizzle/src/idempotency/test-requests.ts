import { createIdempotency, type Idempotency, type IdempotencyOptions } from '@base/application/idempotency'
import { sql } from 'drizzle-orm'
import { type Executor, rowsOf } from '../executor.js'
import { drizzleIdempotencyStore } from './index.js'

/** What the requests of the tests write to. */
export const TABLE: string = 'create table if not exists effects (key text not null, fence bigint not null)'

/** Idempotency on a database or a transaction. */
export function idempotencyOn(executor: Executor, options: Partial<IdempotencyOptions> = {}): Idempotency {
  return createIdempotency({ store: drizzleIdempotencyStore(executor), ...options })
}

/** The effect of a request. */
export async function effect(executor: Executor, key: string, fence: bigint): Promise<string> {
  await executor.execute(sql`insert into effects (key, fence) values (${key}, ${fence.toString()}::bigint)`)
  return `effect of ${key}`
}

/** How often a request has had its effect. */
export async function effectsOf(executor: Executor, key: string): Promise<number> {
  const [row] = rowsOf(await executor.execute(sql`select count(*)::int as n from effects where key = ${key}`))
  return row?.['n'] as number
}

/** What the passing of time would do to the lease of a key, as far as the database goes. */
export async function endLease(executor: Executor, key: string): Promise<void> {
  await executor.execute(sql`update base_idempotency set lease_until = now() where key = ${key}`)
}
