import { checkBoolean, checkMethods, checkOptions, checkText, invalidOption } from '@base/core/options'
import { sql } from 'drizzle-orm'
import { type Executor, isTransaction, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { isRefusal } from '../failures/postgres-error.js'
import { inTransaction } from '../in-transaction.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { checkWellFormed } from '../well-formed-text.js'
import { hashOf } from './hash.js'
import { MigrationEditedError } from './migration-edited-error.js'
import { MigrationFailedError } from './migration-failed-error.js'
import { noteSession } from './session.js'

const where = { package: '@base/drizzle', pattern: 'migrate' }

/** The key of the advisory lock, one for every process that migrates this database: 'base' in ASCII, and a number. */
const LOCK = sql`select pg_advisory_xact_lock(1650553701, 1)`

/** Whatever is the default: who has waited for the lock has to see what was done meanwhile. */
const READ_COMMITTED = sql`set transaction isolation level read committed`

const LEDGER = sql`create table if not exists base_migrations (
  name text primary key,
  hash text not null,
  applied_at timestamptz not null default now()
)`

/** One change of the schema. */
export interface Migration {
  /** What it is known by in the ledger; never changes. */
  readonly name: string
  /** One statement or several, as they would be typed into `psql`, but no `select … into`; never changes once it is applied. */
  readonly sql: string
}

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /** Tells what would be applied, and changes nothing. @defaultValue false */
  readonly dryRun?: boolean | undefined
}

/** What {@link migrate} did, by name and in order. */
export interface MigrationReport {
  /** What this call has applied. */
  readonly applied: readonly string[]
  /** What a dry run would apply. */
  readonly pending: readonly string[]
}

/**
 * Applies the migrations that this database does not have yet, in their order, each in a transaction with its line in the
 * ledger, the table `base_migrations`. Processes that do it at once take turns, so each is applied once: under an advisory
 * lock that ends with the transaction, and so holds behind poolers too.
 *
 * One that is in the ledger is known by its name. If its text is another than the one that was applied, nothing is applied.
 * What a transaction does not allow, such as `create index concurrently`, is refused by the database, and so is
 * `select … into`, which is `create table … as`. Names in the ledger that are not in the list are none of this call's business,
 * and what drizzle-kit has applied stays in a ledger of its own.
 *
 * The transactions are read committed whatever the database's default is; within a transaction of yours they are part of it.
 * The role and the settings of the server that a migration changes, as dumps do, are put back at its end; a setting of
 * your own (`set app.tenant_id = …`) is not, so use `set local`. Within a transaction of yours they are put back until its
 * end, for your `set local`; then they are what the connection began with.
 *
 * @example
 * await migrate(db, [
 *   ...lockMigrations,
 *   { name: '001 orders', sql: 'create table orders (id uuid primary key, version integer not null)' },
 * ])
 *
 * @throws MigrationEditedError naming the one whose text has changed; MigrationFailedError naming the one that the database
 * refused, after those before it were applied.
 * @throws InvalidOptionError for a migration without a name or a text, a name that is there twice or that PostgreSQL cannot hold,
 * or what is no database.
 */
export async function migrate(
  executor: Executor,
  migrations: readonly Migration[],
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const { dryRun = false } = checkOptions(options, where)
  checkMethods(executor, ['execute', 'transaction'], { ...where, option: 'executor' })
  checkBoolean(dryRun, { ...where, option: 'dryRun' })
  watchStatements(executor)
  const hashed = await Promise.all(checked(migrations).map(withHash))
  if (dryRun) return { applied: [], pending: (await pendingOf(executor, hashed)).map(({ name }) => name) }
  if (hashed.length === 0) return { applied: [], pending: [] }
  const pending = await inTurn(executor, async (tx) => {
    await tx.execute(LEDGER)
    return pendingOf(tx, hashed)
  })
  const applied: string[] = []
  for (const migration of pending) if (await applyInTurn(executor, migration)) applied.push(migration.name)
  return { applied, pending: [] }
}

/** What some editors begin a file with. */
const BYTE_ORDER_MARK = /^\uFEFF/

interface Hashed extends Migration {
  readonly hash: string
}

async function withHash({ name, sql: text }: Migration): Promise<Hashed> {
  const migration = { name, sql: text.replace(BYTE_ORDER_MARK, '') }
  return { ...migration, hash: await hashOf(migration.sql) }
}

/** Runs a function in a transaction while no other process migrates. */
function inTurn<R>(executor: Executor, fn: (tx: Executor) => Promise<R>): Promise<R> {
  return withFailures(() =>
    inTransaction(executor, async (tx) => {
      if (!isTransaction(executor)) await tx.execute(READ_COMMITTED)
      await tx.execute(LOCK)
      return fn(tx)
    }),
  )
}

/** The same for one; what the database refuses it with, at its COMMIT too, is told with its name. */
async function applyInTurn(executor: Executor, migration: Hashed): Promise<boolean> {
  try {
    return await inTurn(executor, (tx) => apply(tx, migration, isTransaction(executor)))
  } catch (error) {
    throw isRefusal(error) ? new MigrationFailedError(migration.name, error) : error
  }
}

/** Applies one, unless another process has done so since; tells whether it did. */
async function apply(tx: Executor, migration: Hashed, isWithin: boolean): Promise<boolean> {
  const [pending] = await pendingOf(tx, [migration])
  if (pending === undefined) return false
  // Dumps of pg_dump begin by taking away the path, by which the ledger is found, and what guards whom the connection serves next.
  const putBack = await noteSession(tx, isWithin)
  // Drivers take several statements or parameters, not both; PostgreSQL itself runs a text of several.
  await tx.execute(sql`select set_config('base.migration', ${migration.sql}, true)`)
  await tx.execute(sql`do $$ begin execute current_setting('base.migration'); end $$`)
  await putBack()
  await tx.execute(
    sql`insert into base_migrations (name, hash) values (${migration.name}, ${migration.hash})`,
  )
  return true
}

/** Those that the ledger does not have. @throws MigrationEditedError */
async function pendingOf(executor: Executor, migrations: readonly Hashed[]): Promise<readonly Hashed[]> {
  const known = await ledgerOf(executor)
  for (const { name, hash } of migrations) {
    const applied = known.get(name)
    if (applied !== undefined && applied !== hash) throw new MigrationEditedError(name)
  }
  return migrations.filter(({ name }) => !known.has(name))
}

async function ledgerOf(executor: Executor): Promise<ReadonlyMap<unknown, unknown>> {
  return withFailures(async () => {
    const [{ ledger } = {}] = rowsOf(
      await executor.execute(sql`select to_regclass('base_migrations')::text as ledger`),
    )
    if (ledger === null) return new Map()
    const rows = rowsOf(await executor.execute(sql`select name, hash from base_migrations`))
    return new Map(rows.map(({ name, hash }) => [name, hash]))
  })
}

function checked(migrations: readonly Migration[]): readonly Migration[] {
  if (!Array.isArray(migrations))
    throw invalidOption(migrations, { ...where, option: 'migrations' }, 'a list of { name, sql }')
  const names = new Set<string>()
  for (const [index, migration] of migrations.entries()) {
    const at = (member: string) => ({ ...where, option: `migrations[${index}].${member}` })
    const name = checkWellFormed(checkText(migration?.name, at('name')), at('name'))
    checkText(migration.sql, at('sql'))
    if (names.has(name)) throw invalidOption(name, at('name'), 'a name that no other migration has')
    names.add(name)
  }
  return migrations
}
