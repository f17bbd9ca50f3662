import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryReplayStore, type ReplayStore } from '../tokens/index.js'
import { brokenLaws, fromWholeSecond, inWholeSeconds, lawsOf } from './broken.fixture.js'
import { replayStoreConformance } from './replay-store-conformance.js'

type Claim = (store: ReplayStore, clock: TestClock) => ReplayStore['claim']

const twin =
  (claim: Claim) =>
  (clock: TestClock): ReplayStore => ({ claim: claim(memoryReplayStore({ clock }), clock) })

const twins: readonly [law: string, claim: Claim][] = [
  ['a key can be claimed once', () => async () => true],
  [
    'keys do not know each other',
    (store) => (key, ttl, now) => store.claim(key.trim().toLowerCase(), ttl, now),
  ],
  [
    'of 50 at once exactly one is first',
    () => {
      const keys = new Set<string>()
      return async (key) => {
        const isFirst = !keys.has(key)
        await new Promise((resolve) => setImmediate(resolve))
        keys.add(key)
        return isFirst
      }
    },
  ],
  [
    'a key stays claimed until its time is over, and is free then',
    (store) => (key, ttl, now) => store.claim(key, ttl * 2, now),
  ],
  [
    'a key stays claimed until its time is over, and is free then',
    (store) => (key, ttl, now) => store.claim(key, ttl * 0.9, now),
  ],
  [
    'each key has a time of its own',
    // Forgets all of them, by the end of the first.
    (_, clock) => {
      const keys = new Set<string>()
      let end = 0
      return async (key, ttl) => {
        if (clock.now() >= end) {
          keys.clear()
          end = clock.now() + ttl
        }
        const isFirst = !keys.has(key)
        keys.add(key)
        return isFirst
      }
    },
  ],
  [
    'a claim is counted in milliseconds, whenever it is made',
    (store, clock) => (key, ttl, now) => store.claim(key, inWholeSeconds(ttl, clock), now),
  ],
  [
    'a claim is counted in milliseconds, whenever it is made',
    (store, clock) => (key, ttl, now) => store.claim(key, fromWholeSecond(ttl, clock), now),
  ],
  ...[Math.floor, Math.ceil].map((round): [string, Claim] => [
    'a claim is counted in milliseconds, whenever it is made',
    (store) => (key, ttl, now) => store.claim(key, round(ttl / 1_000) * 1_000, now),
  ]),
  [
    'a claim that fails does not make the first one longer, nor shorter',
    (_, clock) => {
      const ends = new Map<string, number>()
      return async (key, ttl) => {
        const isFirst = clock.now() >= (ends.get(key) ?? 0)
        ends.set(key, clock.now() + ttl)
        return isFirst
      }
    },
  ],
  [
    'a claim that fails does not make the first one longer, nor shorter',
    (_, clock) => {
      const ends = new Map<string, number>()
      return async (key, ttl) => {
        const end = ends.get(key) ?? 0
        const isFirst = clock.now() >= end
        ends.set(key, isFirst ? clock.now() + ttl : Math.min(end, clock.now() + ttl))
        return isFirst
      }
    },
  ],
]

describe('replayStoreConformance', () => {
  test('accepts a store', async () => {
    expect(await brokenLaws(replayStoreConformance, (clock) => memoryReplayStore({ clock }))).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, claim) => {
    expect(await brokenLaws(replayStoreConformance, twin(claim))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(replayStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
