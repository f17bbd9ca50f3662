import { once } from 'node:events'
import type { CacheStore } from '@base/cache/store'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { CLIENTS, ioredisWith } from '../test-clients.js'
import { follow, REPLICATION } from '../test-failover.js'
import { redisCacheStore } from './index.js'
import {
  entryOf,
  expectRecovery,
  expectUnavailable,
  freshPrefix,
  patience,
  rejection,
  textAt,
  usedStore,
} from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

const settings = REPLICATION

const reconnectOnError = ({ message }: Error) => (message.includes('READONLY') ? 2 : false)

describeWithPrivateService('redis', { settings }, (one) => {
  describeWithPrivateService('redis', { settings }, (other) => {
    describe('ioredis 6, which sends again by itself what a replica has refused, and a failover', () => {
      test.each([
        [undefined, {}],
        ['REDIS_UNAVAILABLE', { enableOfflineQueue: false }],
        ['REDIS_UNAVAILABLE', { maxRetriesPerRequest: 0 }],
      ])(
        'a server that is a master again vouches for nothing older, to who still waits (told %s) and after who was given up (%o)',
        async (told, options) => {
          const client = new Redis(one.url, { reconnectOnError, retryStrategy: () => 10, ...options })
          client.on('error', () => undefined)
          await using admin = await adminOf(one.url)
          try {
            await once(client, 'ready')
            const prefix = freshPrefix()
            const hasty = await usedStore(client, { prefix, timeout: 200 })
            const patient = redisCacheStore(client, { prefix, ...patience })
            expect(await textAt(patient, 'k')).toBe('before')
            const before = await admin.refusals()
            await admin.demote()
            const answer = textAt(patient, 'k').catch(({ code }) => code)
            await expect.poll(admin.refusals, patience).not.toBe(before)
            const since = await admin.refusals()
            // The first one may find a connection that is ending, and is not sent.
            const refuse = async () => {
              expect(await rejection(textAt(hasty, 'k'))).toMatchObject({ code: 'REDIS_UNAVAILABLE' })
              return admin.refusals()
            }
            await expect.poll(refuse, patience).not.toBe(since)
            await admin.promote()
            expect(await answer).toBe(told)
            expect(await textOnceThere(patient)).toBeUndefined()
            await patient.set('k', entryOf('after'))
            expect(await textOnceThere(hasty)).toBeUndefined()
          } finally {
            client.disconnect()
          }
        },
      )
    })

    describe.each([
      ...kinds.map((kind) => [kind, CLIENTS[kind]] as const),
      ['ioredis 6, which connects anew where it was refused', ioredisWith({ reconnectOnError: () => 1 })],
      ['ioredis 6, which gives up before', ioredisWith({ commandTimeout: 1_000 })],
    ] as const)('%s, a failover and a server that is slow', (_, open) => {
      test('what was refused when nobody waited for it any more counts, too', async () => {
        await using opened = await open(one.url)
        await using admin = await adminOf(one.url)
        const store = await usedStore(opened.client, { timeout: 2_000 })
        expect(await textAt(store, 'k')).toBe('before')
        const before = await admin.refusals()
        await admin.demote()
        await admin.stall()
        await expect(textAt(store, 'k')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' })
        expect(await admin.refusals()).toBe(before)
        await admin.goOn()
        await expect.poll(admin.refusals, patience).not.toBe(before)
        await admin.promote()
        expect(await textOnceThere(store)).toBeUndefined()
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

/** What steers a server, by a connection of its own. */
async function adminOf(url: string) {
  const admin = new Redis(url)
  return {
    refusals: async () => (await admin.info('errorstats')).match(/READONLY:count=(\d+)/)?.[1],
    /** Of a master that never was: it keeps what it has, and refuses writes. */
    demote: () => admin.call('REPLICAOF', '127.0.0.1', '9'),
    promote: () => admin.call('REPLICAOF', 'NO', 'ONE'),
    /** It runs no script. */
    stall: () => admin.call('CLIENT', 'PAUSE', '600000', 'WRITE'),
    goOn: () => admin.call('CLIENT', 'UNPAUSE'),
    [Symbol.asyncDispose]: async () => admin.disconnect(),
  }
}

/** What a store reads as soon as the server answers. */
async function textOnceThere(store: CacheStore<Uint8Array>): Promise<string | undefined> {
  let text: string | undefined
  const read = async () => {
    text = await textAt(store, 'k').catch(() => 'away')
    return text
  }
  await expect.poll(read, patience).not.toBe('away')
  return text
}
