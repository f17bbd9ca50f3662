import { once } from 'node:events'
import { connect } from 'node:net'
import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import {
  askManagement,
  askRedis,
  describeWithPrivateService,
  describeWithService,
  services,
} from './index.ts'

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

describeWithService('postgres', (postgres) => {
  test('is a database of its own, in UTF-8', async () => {
    await query(postgres.url, 'CREATE TABLE t (n int)')
    await using other = await services.postgres()

    expect(await query(other.url, 'SHOW server_encoding')).toEqual(['UTF8'])
    await query(other.url, 'CREATE TABLE t (n int)')
  })

  test('is dropped when it is closed', async () => {
    const other = await services.postgres()
    await other.close()

    await expect(query(other.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })

  test('tells who leaves a connection open, and is dropped all the same', { timeout: 20_000 }, async () => {
    const other = await services.postgres()
    const client = new pg.Client({ connectionString: other.url })
    client.on('error', () => undefined)
    await client.connect()

    await expect(other.close()).rejects.toThrow('left open')
    await expect(query(other.url, 'SELECT 1')).rejects.toThrow('does not exist')
    await client.end()
  })

  test('can be made many times at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => services.postgres()))
    expect(new Set(all.map(({ url }) => url)).size).toBe(5)
    await Promise.all(all.map((one) => one.close()))
  })
})

describeWithService('redis', (redis) => {
  test('is a space of its own', async () => {
    await askRedis(redis.url, ['SET', 'k', 'v'])
    await using other = await services.redis()

    expect(await askRedis(other.url, ['EXISTS', 'k'], ['DBSIZE'])).toEqual(['0', '0'])
    expect(other.prefix).not.toBe(redis.prefix)
  })
})

describeWithService('rabbitmq', (rabbitmq) => {
  test('is a virtual host of its own', async () => {
    const host = new URL(rabbitmq.url).pathname.slice(1)
    const found = await askManagement(rabbitmq.management ?? '', 'GET', `permissions/${host}/base`)

    expect(found).toMatchObject({ vhost: host, configure: '.*', write: '.*', read: '.*' })
  })

  test('speaks AMQP 0-9-1', async () => {
    const { hostname, port } = new URL(rabbitmq.url)
    const socket = connect(Number(port), hostname)
    socket.write('AMQP\0\0\x09\x01')
    const [frame] = await once(socket, 'data')
    socket.destroy()

    // A method frame on channel 0: connection.start.
    expect([...frame.subarray(0, 3), ...frame.subarray(7, 11)]).toEqual([1, 0, 0, 0, 10, 0, 10])
  })
})

describe('given a URL in the environment', () => {
  describeWithPrivateService('redis', {}, (theirs) => {
    test('uses that server, and removes nothing of what is there', async () => {
      vi.stubEnv('REDIS_URL', theirs.url)
      await askRedis(theirs.url, ['SET', 'precious', '1'])
      const redis = await services.redis()
      await redis.close()

      expect(redis.url).toBe(theirs.url)
      expect(redis.prefix).toMatch(/^test-\w+:$/)
      expect(await askRedis(theirs.url, ['DBSIZE'])).toEqual(['1'])
    })
  })

  describeWithPrivateService('postgres', {}, (theirs) => {
    test('makes its database on that server', async () => {
      vi.stubEnv('POSTGRES_URL', theirs.url)
      await using postgres = await services.postgres()

      expect(new URL(postgres.url).port).toBe(new URL(theirs.url).port)
      expect(
        await query(theirs.url, `SELECT count(*)::int FROM pg_database WHERE datname LIKE 'test_%'`),
      ).toEqual([1])
    })
  })

  test('uses that broker, and names after a prefix', async () => {
    vi.stubEnv('RABBITMQ_URL', 'amqp://theirs')
    await using rabbitmq = await services.rabbitmq()

    expect(rabbitmq).toMatchObject({ url: 'amqp://theirs', management: undefined })
    expect(rabbitmq.prefix).toMatch(/^test-\w+\.$/)
  })
})
