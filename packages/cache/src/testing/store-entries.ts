import { assert } from '@base/core/testing'
import type { CacheStore, Entry, NewEntry } from '../store/cache-store.js'

const HOUR = 3_600_000
const MANY = 2_000

/** An entry for an hour, on the store's own clock. */
export async function entryOf(
  store: CacheStore,
  text: string,
  more: Partial<NewEntry> = {},
): Promise<NewEntry> {
  const now = await nowOf(store)
  return {
    value: rawOf(store, text),
    createdAt: now,
    expiresAt: now + HOUR,
    staleUntil: now + HOUR,
    tags: [],
    ...more,
  }
}

function rawOf(store: CacheStore, text: string): unknown {
  return store.encoding === 'bytes' ? new TextEncoder().encode(text) : Object.freeze({ text })
}

const clocks = new WeakMap<CacheStore, number>()

/** The store's wall clock when it was first asked: found by writing entries that have, and have not, ended. */
async function nowOf(store: CacheStore): Promise<number> {
  let ended = clocks.get(store) ?? 0
  if (ended > 0) return ended
  let lives = 2 ** 43
  while (lives - ended > 1) {
    const middle = Math.floor((ended + lives) / 2)
    await store.set('clock', { value: rawOf(store, ''), expiresAt: middle, staleUntil: middle, tags: [] })
    if ((await store.getMany(['clock'], [])).entries[0] === undefined) ended = middle
    else lives = middle
  }
  await store.delete(['clock'])
  clocks.set(store, ended)
  return ended
}

/** What a load that begins now is to be written with. A cache can do without it; the laws cannot. */
export async function versionOf(store: CacheStore, keys: readonly string[]): Promise<bigint> {
  const { version } = await store.getMany(keys, [])
  assert.ok(version !== undefined)
  return version
}

/** Which keys a load that began at a version is written under. */
export async function loadAll(
  store: CacheStore,
  keys: readonly string[],
  version: bigint,
): Promise<boolean[]> {
  const written: boolean[] = []
  for (const key of keys)
    written.push(await store.set(key, await entryOf(store, 'load'), { unlessDeletedSince: version }))
  return written
}

/** So many keys that it takes more than one step to find them, or room to remember them. */
export function manyKeys(): string[] {
  return Array.from({ length: MANY }, (_, id) => `key:${id}`)
}

/** The tags of each entry, in order. */
export async function tagsOf(store: CacheStore, keys: readonly string[]): Promise<string[][]> {
  const { entries } = await store.getMany(keys, [])
  return entries.map((entry) => [...(entry?.tags ?? ['none'])].sort())
}

/** What {@link entryOf} was given. */
export function textOf(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined
  return entry.value instanceof Uint8Array
    ? new TextDecoder().decode(entry.value)
    : (entry.value as { readonly text: string }).text
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** All keys of a scan. */
export async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const key of keys) found.push(key)
  return found
}
