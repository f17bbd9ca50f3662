import { TestClock } from '@base/core/testing'
import { type CacheStore, type Entry, memoryCacheStore } from '../store/index.js'
import { cacheStoreConformance } from './index.js'

/** When the clock of a twin begins. */
export const NOW: number = Date.UTC(2025, 0, 1)

/** A store that is like ours, but for one thing. */
export type StoreTwin = (store: CacheStore, clock: TestClock) => CacheStore

/** Runs the suite on a twin, and gives the laws that it breaks. */
export async function brokenLaws(twin: StoreTwin): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  cacheStoreConformance(
    () => {
      const clock = new TestClock({ now: NOW })
      const subject = twin(memoryCacheStore({ clock }), clock)
      return { subject, advance: (d) => clock.advance(d), dispose: () => {} }
    },
    { test: (name, fn) => laws.push([name.replace('CacheStore: ', ''), fn]) },
  )
  const failed: string[] = []
  for (const [name, prove] of laws) await prove().catch(() => failed.push(name))
  return failed
}

/** A store that changes what it has read. */
export const withEntries =
  (change: (entry: Entry) => Entry | undefined): StoreTwin =>
  (store) => ({
    ...store,
    getMany: async (keys, tags, options) => {
      const read = await store.getMany(keys, tags, options)
      return { ...read, entries: read.entries.map((entry) => entry && change(entry)) }
    },
  })
