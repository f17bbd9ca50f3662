import { describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { Redis as Redis54 } from 'ioredis-5-4'
import { describe, expect, test } from 'vitest'
import { freshPrefix } from '../cache/test-store.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'

const patient = { timeout: 30_000 }

const VERSIONS = [
  ['6', Redis],
  ['5.9', Redis5 as unknown as typeof Redis],
  ['5.4', Redis54 as unknown as typeof Redis],
] as const

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(VERSIONS)('ioredis %s', (_, Client) => {
    test.each([false, true])(
      'what is asked while the connection ends does not run once its caller has gone, once: %s',
      async (once) => {
        const client = new Client(redis.url)
        client.on('error', () => undefined)
        try {
          const [connection, key] = [connect(client as RedisClient, 'test'), freshPrefix()]
          await connection.send(['PING'], patient)
          const { stream } = client as unknown as { stream: NodeJS.EventEmitter }
          const asked = new Promise<unknown>((resolve) => {
            const ask = () => resolve(connection.send(['INCR', key], { timeout: 100, once }))
            stream.once('end', () => setImmediate(ask))
          })
          const rejection = asked.catch((error: unknown) => error)
          await redis.kill()
          expect(await rejection).toMatchObject({ code: 'REDIS_UNAVAILABLE' })
          await redis.start()
          expect(await connection.send(['GET', key], patient)).toBe(null)
        } finally {
          client.disconnect()
        }
      },
    )
  })
})
