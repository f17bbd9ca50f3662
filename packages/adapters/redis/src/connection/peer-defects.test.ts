import { askRedis, describeWithPrivateService, lineTo } from '@base-internal/tools/services'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { redisLock } from '../lock/index.js'
import { connect } from './connect.js'
import { runScript, script } from './script.js'

/** For an answer on a busy machine, and where none is to come. */
const patient = { timeout: 30_000 }
const hasty = { timeout: 200 }
const patience = { timeout: 60_000 }
const away = { code: 'REDIS_UNAVAILABLE' }

function quiet<T extends Redis | Cluster>(client: T): T {
  return client.on('error', () => undefined) as T
}

describeWithPrivateService('redis', {}, (redis) => {
  describe('what ioredis gets wrong', () => {
    test('#1604: a cluster that nobody answers for holds no command for longer than its time', async () => {
      // Nothing listens there; `commandTimeout` does not count before a cluster stands.
      const redisOptions = { commandTimeout: 100 }
      const cluster = quiet(new Cluster([{ host: '127.0.0.1', port: 9 }], { redisOptions }))
      try {
        await expect(connect(cluster, 'test').send(['PING'], hasty)).rejects.toMatchObject(away)
        await expect(redisLock(cluster, hasty).tryAcquire('k')).rejects.toMatchObject(away)
      } finally {
        cluster.disconnect()
      }
    })

    test('#2130: a command whose time is over does not run once the server is back', async () => {
      const client = quiet(new Redis(redis.url, { commandTimeout: 100 }))
      const connection = connect(client, 'test')
      try {
        await connection.send(['SET', 'n', '1'], patient)
        await redis.kill()
        await expect.poll(() => client.status, patience).not.toBe('ready')
        for (const once of [false, true])
          await expect(connection.send(['INCR', 'n'], { ...hasty, once })).rejects.toMatchObject(away)
        await redis.start()
        expect(await connection.send(['GET', 'n'], patient)).toEqual(Buffer.from('1'))
      } finally {
        client.disconnect()
      }
    })

    test('#2130: nor does one that was on its way when the connection broke; who still waits gets an answer', async () => {
      await using line = await lineTo(redis.url)
      const client = quiet(new Redis(line.url, { maxRetriesPerRequest: null, retryStrategy: () => 10 }))
      const connection = connect(client, 'test')
      try {
        await connection.send(['SET', 'n', '1'], patient)
        line.cut('incr')
        await expect(connection.send(['INCR', 'n'], hasty)).rejects.toMatchObject(away)
        const answer = connection.send(['INCRBY', 'n', '2'], patient)
        await expect.poll(() => client.status, patience).not.toBe('ready')
        line.cut(undefined)
        expect(await answer).toBe(3)
      } finally {
        client.disconnect()
      }
    })

    test('reconnectOnError: what it has sent again runs for who still waits, and for nobody who was refused', async () => {
      const client = quiet(new Redis(redis.url, { reconnectOnError: () => 2, retryStrategy: () => 10 }))
      const connection = connect(client, 'test')
      try {
        await connection.send(['SET', 'n', '1'], patient)
        // Of a master that never was: it keeps what it has, and refuses writes.
        await askRedis(redis.url, ['REPLICAOF', '127.0.0.1', '9'])
        const answer = connection.send(['INCRBY', 'n', '2'], patient)
        for (const once of [false, true])
          await expect(connection.send(['INCRBY', 'n', '10'], { ...hasty, once })).rejects.toMatchObject(away)
        await askRedis(redis.url, ['REPLICAOF', 'NO', 'ONE'])
        expect(await answer).toBe(3)
        expect(await connection.send(['GET', 'n'], patient)).toEqual(Buffer.from('3'))
      } finally {
        client.disconnect()
      }
    })

    test('#1511: with pipelines that fill by themselves, a script settles also where the server is away', async () => {
      const client = quiet(new Redis(redis.url, { enableAutoPipelining: true }))
      const connection = connect(client, 'test')
      const add = script(`return redis.call('INCRBY', KEYS[1], ARGV[1]) -- 1511`)
      const many = (options: { timeout: number }) =>
        Promise.allSettled(
          Array.from({ length: 20 }, () => runScript(connection, add, ['sum'], ['1'], options)),
        )
      try {
        await many(patient)
        await redis.kill()
        for (const { status } of await many(hasty)) expect(status).toBe('rejected')
        await redis.start()
        for (const { status } of await many(patient)) expect(status).toBe('fulfilled')
        expect(await connection.send(['GET', 'sum'], patient)).toEqual(Buffer.from('40'))
      } finally {
        client.disconnect()
      }
    })
  })
})
