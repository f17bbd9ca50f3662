import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { CLIENTS } from '../test-clients.js'
import { follow, REPLICATION } from '../test-failover.js'
import { redisCacheStore } from './index.js'
import {
  entryOf,
  expectRecovery,
  expectUnavailable,
  freshPrefix,
  patience,
  textAt,
  usedStore,
} from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

const settings = REPLICATION

const reconnectOnError = ({ message }: Error) => (message.includes('READONLY') ? 2 : false)

describeWithPrivateService('redis', { settings }, (one) => {
  describeWithPrivateService('redis', { settings }, (other) => {
    describe('ioredis 6, which sends again by itself what a replica has refused, and a failover', () => {
      test('a server that is a master again vouches for nothing older, to who still waits and after who was given up', async () => {
        const [client, admin] = [
          new Redis(one.url, { reconnectOnError, retryStrategy: () => 10 }),
          new Redis(one.url),
        ]
        const refusals = async () => (await admin.info('errorstats')).match(/READONLY:count=(\d+)/)?.[1]
        try {
          const prefix = freshPrefix()
          const hasty = await usedStore(client, { prefix, timeout: 200 })
          const patient = redisCacheStore(client, { prefix, ...patience })
          expect(await textAt(patient, 'k')).toBe('before')
          const before = await refusals()
          // Of a master that never was: it keeps what it has, and refuses writes.
          await admin.call('REPLICAOF', '127.0.0.1', '9')
          const answer = textAt(patient, 'k')
          await expect.poll(refusals, patience).not.toBe(before)
          await expect(textAt(hasty, 'k')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' })
          await admin.call('REPLICAOF', 'NO', 'ONE')
          expect(await answer).toBeUndefined()
          await patient.set('k', entryOf('after'))
          await expect.poll(() => textAt(hasty, 'k').catch(() => 'away'), patience).toBeUndefined()
        } finally {
          for (const each of [client, admin]) each.disconnect()
        }
      })
    })

    describe.each(kinds)('%s and a failover', (kind) => {
      test('a server that is a replica now is neither read nor written; a master again, it vouches for nothing older', async () => {
        await using opened = await CLIENTS[kind](one.url)
        const prefix = freshPrefix()
        const store = await usedStore(opened.client, { prefix })
        const { version } = await store.getMany(['k'], [])
        // The other one was promoted before it had heard of the deletion.
        await follow(other.url, one.url)
        await askRedis(other.url, ['REPLICAOF', 'NO', 'ONE'])
        await store.delete(['k'])
        await follow(one.url, other.url)
        expect(await askRedis(one.url, ['EXISTS', `{${prefix}}:k`])).toEqual(['1'])

        await expectUnavailable(store, 'REDIS_READ_ONLY', 'all but scan')
        await askRedis(one.url, ['REPLICAOF', 'NO', 'ONE'])
        expect(await textAt(store, 'k')).toBeUndefined()
        expect(await store.set('k', entryOf('old'), { unlessDeletedSince: version })).toBe(false)
        await expectRecovery(store)
      })

      test('it vouches for nothing older either where only the write of a load was refused meanwhile', async () => {
        await using opened = await CLIENTS[kind](one.url)
        const store = await usedStore(opened.client)
        const { version } = await store.getMany(['k', 'w'], [])
        // Of a master that never was: it keeps what it has, and refuses writes.
        await askRedis(one.url, ['REPLICAOF', '127.0.0.1', '9'])
        const refused = store.set('w', entryOf('loaded'), { unlessDeletedSince: version })
        await expect(refused).rejects.toMatchObject({ code: 'REDIS_READ_ONLY' })
        await askRedis(one.url, ['REPLICAOF', 'NO', 'ONE'])
        expect(await textAt(store, 'k')).toBeUndefined()
        await expectRecovery(store)
      })

      test('a replica that is promoted vouches for nothing that it was told', async () => {
        await using opened = await CLIENTS[kind](one.url)
        const prefix = freshPrefix()
        const store = await usedStore(opened.client, { prefix })
        await follow(other.url, one.url)
        const { version } = await store.getMany(['k'], ['t'])
        await askRedis(other.url, ['REPLICAOF', 'NO', 'ONE'])
        await store.delete(['k'])
        await store.bumpTags(['t'])

        await using moved = await CLIENTS[kind](other.url)
        expect(await askRedis(other.url, ['EXISTS', `{${prefix}}:k`])).toEqual(['1'])
        const promoted = redisCacheStore(moved.client, { prefix })
        expect(await textAt(promoted, 'k')).toBeUndefined()
        expect(await promoted.set('k', entryOf('old'), { unlessDeletedSince: version })).toBe(false)
        await expectRecovery(promoted)
      })
    })
  })
})
