import type { Duration } from '@base/core/duration'
import { TestClock } from '@base/core/testing'
import {
  type ClaimAnswer,
  type IdempotencyClaim,
  type IdempotencyStore,
  memoryIdempotencyStore,
} from '../idempotency/index.js'
import { idempotencyStoreConformance } from './index.js'

const LAW = 'IdempotencyStore: '

/** A store that is like ours, but for one thing. */
export type Twin = (store: IdempotencyStore, clock: TestClock) => IdempotencyStore

/** One of which some methods are others. */
export const but =
  (change: (store: IdempotencyStore) => Partial<IdempotencyStore>): Twin =>
  (store) => ({
    claim: (claim) => store.claim(claim),
    renew: (claim) => store.renew(claim),
    complete: (claim, outcome) => store.complete(claim, outcome),
    release: (claim) => store.release(claim),
    ...change(store),
  })

/** One that takes a claim for another. */
export const claiming = (change: (claim: IdempotencyClaim) => Partial<IdempotencyClaim>): Twin =>
  but((store) => ({ claim: (claim) => store.claim({ ...claim, ...change(claim) }) }))

/** One that answers a claim otherwise. */
export const answering = (change: (answer: ClaimAnswer) => ClaimAnswer): Twin =>
  but((store) => ({ claim: (claim) => change(store.claim(claim) as ClaimAnswer) }))

/** Looks first, and takes what it saw to be free later. */
export const lookingFirst = (isFree: (answer: ClaimAnswer) => boolean): Twin =>
  but((store) => ({
    claim: async (claim) => {
      const look = { ...claim, token: `${claim.token} looks` }
      const seen = store.claim(look) as ClaimAnswer
      if (isFree(seen)) store.release(look)
      await Promise.resolve()
      return isFree(seen) ? seen : store.claim(claim)
    },
  }))

/** The laws of the suite, to be proved on a twin. */
export function lawsOf(twin: Twin): [string, () => Promise<void>][] {
  const laws: [string, () => Promise<void>][] = []
  const make = () => {
    const clock = new TestClock()
    const subject = twin(memoryIdempotencyStore({ clock }), clock)
    return { subject, advance: (d: Duration) => clock.advance(d), dispose: () => {} }
  }
  idempotencyStoreConformance(make, { test: (name, fn) => laws.push([name.replace(LAW, ''), fn]) })
  return laws
}

/** The laws that a twin breaks. */
export async function broken(twin: Twin): Promise<string[]> {
  const failed: string[] = []
  for (const [name, prove] of lawsOf(twin)) await prove().catch(() => failed.push(name))
  return failed
}
