import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { askRedis } from './ask-redis.ts'
import type { ServiceKind } from './kinds.ts'
import { askManagement } from './rabbitmq.ts'
import { type SharedServer, sharedServer } from './shared-server.ts'

/** A part of the shared server that nobody else uses. */
interface Share extends AsyncDisposable {
  /** Gives it back. */
  close(): Promise<void>
}

/** A fresh database. */
export interface PostgresService extends Share {
  /** `postgres://…/<its database>`; its user owns the database. */
  readonly url: string
}

/** A fresh space for keys. */
export interface RedisService extends Share {
  /** On a server of ours a database (by number) of its own; on a given one the URL as it was given. */
  readonly url: string
  /** For the names of keys and channels, which others may see. Ends with a colon. */
  readonly prefix: string
}

/** A fresh space for exchanges and queues. */
export interface RabbitmqService extends Share {
  /** On a server of ours a virtual host of its own; on a given one the URL as it was given. */
  readonly url: string
  /** For the names of exchanges and queues. Ends with a dot. */
  readonly prefix: string
  /** The HTTP API of a server of ours, credentials included; undefined on a given one. */
  readonly management: string | undefined
}

/** What a test gets, by kind. */
export interface Services {
  postgres: PostgresService
  redis: RedisService
  rabbitmq: RabbitmqService
}

type Open = { readonly [Kind in ServiceKind]: () => Promise<Services[Kind]> }

/**
 * Opens a share of the shared server, starting the server if need be. For benches and scripts; in tests
 * `describeWithService` does it.
 *
 * @throws Error if there is neither a server nor a way to start one.
 *
 * @example
 * await using postgres = await services.postgres()
 */
export const services: Open = {
  postgres: async () => openDatabase(await sharedServer('postgres')),
  redis: async () => openKeys(await sharedServer('redis')),
  rabbitmq: async () => openVirtualHost(await sharedServer('rabbitmq')),
}

const unique = () => randomBytes(6).toString('hex')

async function openDatabase({ url }: SharedServer): Promise<PostgresService> {
  const name = `test_${unique()}`
  // Nobody can be connected to template0, which would hold the copy up.
  await query(url, `CREATE DATABASE ${name} TEMPLATE template0`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return share({ url: own.href }, () => dropDatabase(url, name))
}

/** PostgreSQL waits five seconds for connections that are about to close. @throws Error if some stay open. */
async function dropDatabase(url: string, name: string): Promise<void> {
  try {
    await query(url, `DROP DATABASE ${name}`)
  } catch (error) {
    await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    throw new Error('A connection to the test database was left open.', { cause: error })
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function openKeys({ url, own }: SharedServer): Promise<RedisService> {
  const prefix = `test-${unique()}:`
  if (!own) return share({ url, prefix }, async () => undefined)
  const [count] = await askRedis(url, ['INCR', 'databases-given'])
  const database = new URL(`/${1 + (Number(count) % 4_095)}`, url).href
  await askRedis(database, ['FLUSHDB'])
  return share({ url: database, prefix }, async () => void (await askRedis(database, ['FLUSHDB'])))
}

async function openVirtualHost({ url, management }: SharedServer): Promise<RabbitmqService> {
  const name = `test-${unique()}`
  const prefix = `${name}.`
  if (management === undefined) return share({ url, prefix, management }, async () => undefined)
  await askManagement(management, 'PUT', `vhosts/${name}`)
  return share({ url: `${url}/${name}`, prefix, management }, async () => {
    await askManagement(management, 'DELETE', `vhosts/${name}`)
  })
}

function share<Fields extends object>(fields: Fields, close: () => Promise<void>): Fields & Share {
  let closing: Promise<void> | undefined
  const once = () => (closing ??= close())
  return { ...fields, close: once, [Symbol.asyncDispose]: once }
}
