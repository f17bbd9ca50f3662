import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { askManagement, askRedis, describeWithPrivateService } from './index.ts'

const LONG = 120_000

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

describeWithPrivateService('postgres', { settings: { work_mem: '5MB' } }, (postgres) => {
  test('syncs to disk, and takes settings', async () => {
    expect(await query(postgres.url, 'SHOW fsync')).toEqual(['on'])
    expect(await query(postgres.url, 'SHOW work_mem')).toEqual(['5MB'])
  })

  test('keeps its data over a restart, and what was committed over a crash', { timeout: LONG }, async () => {
    await query(postgres.url, 'CREATE TABLE t (n int)')
    await query(postgres.url, 'INSERT INTO t VALUES (1)')
    await postgres.restart()
    await query(postgres.url, 'INSERT INTO t VALUES (2)')
    await postgres.kill()
    await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
    await postgres.start()

    expect(await query(postgres.url, 'SELECT n FROM t ORDER BY n')).toEqual([1, 2])
  })

  test('ends its sessions when it is killed', async () => {
    const client = new pg.Client({ connectionString: postgres.url })
    // It may say so more than once: the socket is reset, then the session is over.
    const lost = new Promise((resolve) => client.on('error', resolve))
    await client.connect()
    await postgres.kill()

    expect(await lost).toBeInstanceOf(Error)
    await postgres.start()
  })

  test('says that it runs already', async () => {
    await expect(postgres.start()).rejects.toThrow('runs already')
  })
})

describe('the collation of postgres', () => {
  const order = `SELECT s FROM unnest(ARRAY['B', 'a', 'C']) AS s ORDER BY s`

  describeWithPrivateService('postgres', {}, (postgres) => {
    test('is the order of a dictionary', async () => {
      expect(await query(postgres.url, order)).toEqual(['a', 'B', 'C'])
    })
  })

  describeWithPrivateService('postgres', { icu: false }, (postgres) => {
    test('is the order of code points on demand', async () => {
      expect(await query(postgres.url, order)).toEqual(['B', 'C', 'a'])
    })
  })
})

describeWithPrivateService('redis', { settings: { databases: '2' } }, (redis) => {
  test('takes settings', async () => {
    expect(await askRedis(redis.url, ['SELECT', '1'])).toEqual(['OK'])
    await expect(askRedis(redis.url, ['SELECT', '2'])).rejects.toThrow('out of range')
  })

  test('keeps its data over a restart, and what it acknowledged over a crash', async () => {
    await askRedis(redis.url, ['SET', 'restarted', '1'])
    await redis.restart()
    await askRedis(redis.url, ['SET', 'killed', '1'])
    await redis.kill()
    // The kernel may still be taking the listening socket down.
    await expect(askRedis(redis.url, ['PING'])).rejects.toThrow(/ECONNREFUSED|ECONNRESET/)
    await redis.start()

    expect(await askRedis(redis.url, ['EXISTS', 'restarted', 'killed'])).toEqual(['2'])
  })

  test('refuses who does not know its password', async () => {
    const stranger = new URL(redis.url)
    stranger.password = ''
    await expect(askRedis(stranger.href, ['PING'])).rejects.toThrow('NOAUTH')
  })
})

describeWithPrivateService('rabbitmq', {}, (rabbitmq) => {
  const ask = (method: string, path: string, body?: object) =>
    askManagement(rabbitmq.management ?? '', method, path, body)
  const publish = (payload: string) =>
    ask('POST', 'exchanges/%2F/amq.default/publish', {
      routing_key: 'kept',
      payload,
      payload_encoding: 'string',
      properties: { delivery_mode: 2 },
    })

  test('keeps its data over a restart, and its durable queue over a crash', { timeout: LONG }, async () => {
    await ask('PUT', 'queues/%2F/kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await publish('one')
    await rabbitmq.restart()
    await publish('two')
    await rabbitmq.kill()
    await expect(ask('GET', 'overview')).rejects.toThrow('fetch failed')
    await rabbitmq.start()

    const messages = await ask('POST', 'queues/%2F/kept/get', {
      count: 5,
      ackmode: 'ack_requeue_false',
      encoding: 'auto',
    })
    expect(messages).toMatchObject([{ payload: 'one' }, { payload: 'two' }])
  })
})
