import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts, type PrivateServer } from '@base-internal/tools/services'
import pg from 'pg'
import { runGateway, type TestGateway } from '../test/run-gateway.ts'
import { signIn } from '../test/run-main.ts'
import { Instance } from './instance.ts'

/** The goods, all at one price. There are always enough of the first; the last are sold out soon. */
export const GOODS: Readonly<Record<string, number>> = { MUG: 1_000_000, LAMP: 1_000_000, RARE: 40 }
export const PRICE = 2_000
export const PASSWORD = 'a customer of long standing'

/** What instances stand on; nobody else uses it. */
export interface Ground {
  readonly postgres: PrivateServer
  readonly redis: PrivateServer
}

/** Two instances of the service, and what they stand on. */
export interface Shop extends Ground, AsyncDisposable {
  readonly instances: readonly [Instance, Instance]
  /** The present one: a killed one has a successor with its books. */
  gateway: TestGateway
  /** Another gateway with the same books at the same port. */
  reopenGateway(): Promise<void>
  query(text: string): Promise<Record<string, unknown>[]>
}

/** Opens one, with goods on sale. @param onLine gets each line that an instance prints. */
export async function openShop({ postgres, redis }: Ground, onLine: (line: string) => void): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'orders-soak-'))
  const [port] = await freePorts(1)
  const gateway = await openGateway()
  const env = environment(postgres.url, redis.url, gateway.url)
  const shop: Shop = {
    postgres,
    redis,
    gateway,
    instances: [new Instance(env, onLine), new Instance(env, onLine)],
    reopenGateway: async () => {
      shop.gateway = await openGateway()
    },
    query: (text) => query(postgres.url, text),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(shop.instances.map((instance) => instance.end('SIGKILL')))
      await shop.gateway.kill()
      rmSync(folder, { recursive: true })
    },
  }
  // One after the other, for the first one makes the tables.
  for (const instance of shop.instances) await instance.start()
  await putOnSale(shop.instances[0].url)
  return shop

  function openGateway(): Promise<TestGateway> {
    return runGateway({ port: `${port}`, ledger: join(folder, 'payments.jsonl') })
  }
}

function environment(databaseUrl: string, redisUrl: string, paymentUrl: string) {
  return {
    PORT: '0',
    OPS_PORT: '0',
    // Until then who has just been sent there has arrived.
    DRAIN_DELAY: '500ms',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    // Of a machine that is busy with much else.
    REDIS_TIMEOUT: '2s',
    PAYMENT_URL: paymentUrl,
    ISSUER: 'https://shop.example.com',
    SIGN_IN_LIMIT: '100000/minute',
    ORDER_LIMIT: '100000/minute',
    LOG_LEVEL: 'warn',
  }
}

async function putOnSale(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(await signIn(url, 'charles')) }
  for (const [sku, stock] of Object.entries(GOODS)) {
    const body = JSON.stringify({ name: sku, price: PRICE, stock })
    await fetch(`${url}/items/${sku}`, { method: 'PUT', headers, body })
  }
}

/** Makes an account, as a stranger does: by the code in a letter. */
export async function signUp({ instances: [instance] }: Shop, name: string): Promise<string> {
  const post = (path: string, body: object) =>
    fetch(instance.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const letter = instance.hear(/: (\S{68})$/)
  await post('/accounts/codes', { email: `${name}@example.com` })
  const made = await post('/accounts', { token: await letter, name, password: PASSWORD })
  return ((await made.json()) as { username: string }).username
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
