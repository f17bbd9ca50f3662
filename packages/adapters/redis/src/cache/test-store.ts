import type { CacheStore, NewEntry } from '@base/cache/store'
import { UnavailableError } from '@base/core/errors'
import { expect } from 'vitest'
import type { RedisClient } from '../connection/client.js'
import { redisCacheStore } from './index.js'

/** How long a recovery may take on a busy machine. */
export const patience = { timeout: 30_000 }

let prefixes = 0

/** A prefix that no other test has. */
export function freshPrefix(): string {
  return `faults-${prefixes++}`
}

/** An entry for an hour. */
export function entryOf(text: string, tags: readonly string[] = []): NewEntry<Uint8Array> {
  const end = Date.now() + 3_600_000
  return { value: Buffer.from(text), expiresAt: end, staleUntil: end, tags }
}

/** The text of an entry that is there. */
export async function textAt(store: CacheStore<Uint8Array>, key: string): Promise<string | undefined> {
  const entry = (await store.getMany([key], [])).entries[0]
  return entry && Buffer.from(entry.value).toString()
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

/** A store that was used once, so that its scripts are known and `k` is `before`. */
export async function usedStore(
  client: RedisClient,
  {
    prefix = freshPrefix(),
    timeout = 5_000,
  }: { prefix?: string | undefined; timeout?: number | undefined } = {},
): Promise<CacheStore<Uint8Array>> {
  const patient = redisCacheStore(client, { prefix, timeout: '20s' })
  await patient.set('k', entryOf('before'))
  return redisCacheStore(client, { prefix, timeout })
}

const reads: readonly Call[] = [
  ['getMany', (store) => store.getMany(['k'], ['t'])],
  ['scan', async (store) => store.scan('*')[Symbol.asyncIterator]().next()],
]

const writes: readonly Call[] = [
  ['set', (store) => store.set('w', entryOf('later'))],
  ['set, with a condition', (store) => store.set('w', entryOf('later'), { unlessDeletedSince: 2n ** 52n })],
  ['delete', (store) => store.delete(['w'])],
  ['bumpTags', (store) => store.bumpTags(['t'])],
  ['clear', (store) => store.clear()],
]

type Call = readonly [name: string, call: (store: CacheStore<Uint8Array>) => Promise<unknown>]

/** Every call rejects with an UnavailableError of this code, as calls to a server that is away do. */
export async function expectUnavailable(
  store: CacheStore<Uint8Array>,
  code = 'REDIS_UNAVAILABLE',
  which: 'all' | 'all but scan' = 'all',
): Promise<void> {
  for (const [name, call] of [...reads, ...writes]) {
    if (name === 'scan' && which !== 'all') continue
    const error = await rejection(call(store))
    expect(error, name).toBeInstanceOf(UnavailableError)
    expect(error, name).toMatchObject({ code })
  }
}

/** What is loaded anew is kept. */
export async function expectRecovery(store: CacheStore<Uint8Array>): Promise<void> {
  const works = async () => {
    const { version } = await store.getMany(['new'], [])
    await store.set('new', entryOf('after'), { unlessDeletedSince: version })
    return textAt(store, 'new')
  }
  await expect.poll(() => works().catch(() => undefined), patience).toBe('after')
}
