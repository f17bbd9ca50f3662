import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { describe, expect, test } from 'vitest'
import { CLIENTS } from '../test-clients.js'
import { follow, REPLICATION } from '../test-failover.js'
import { redisCacheStore } from './index.js'
import { entryOf, expectRecovery, expectUnavailable, freshPrefix, textAt, usedStore } from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

const settings = REPLICATION

describeWithPrivateService('redis', { settings }, (one) => {
  describeWithPrivateService('redis', { settings }, (other) => {
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
