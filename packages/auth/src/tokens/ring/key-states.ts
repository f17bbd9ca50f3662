import type { StoredKey } from './key-store.js'

/** How a ring lets its keys come and go, in milliseconds. */
export interface RingRules {
  readonly rotateEvery: number
  readonly publishAhead: number
  readonly retireAfter: number
}

/** What each key is for at some moment, in the order in which they become active; those that are gone are left out. */
export interface KeyStates {
  /** Published, and not signing yet. */
  readonly pending: readonly StoredKey[]
  /** The one that signs. */
  readonly active: StoredKey | undefined
  /** Only verifying. */
  readonly retired: readonly StoredKey[]
  /** When that changes by itself, in epoch milliseconds. */
  readonly until: number
}

/**
 * What each key is for at `now`. It follows from the times alone, so that every node comes to the same, without a write.
 *
 * The active key is the last whose time has come. Where none has, the first signs nevertheless: it was made by a node whose
 * clock is ahead.
 */
export function statesAt(keys: readonly StoredKey[], now: number, { retireAfter }: RingRules): KeyStates {
  const sorted = [...keys].sort(byActivation)
  const index = Math.max(
    0,
    sorted.findLastIndex(({ activatesAt }) => activatesAt <= now),
  )
  // Each is retired by the one after it.
  const goneAt = (position: number) => (sorted[position + 1]?.activatesAt ?? Infinity) + retireAfter
  const retired = sorted.filter((_, position) => position < index && goneAt(position) > now)
  const pending = sorted.slice(index + 1)
  const changes = sorted.flatMap((key, position) => [key.activatesAt, goneAt(position)])
  return {
    pending,
    active: sorted[index],
    retired,
    until: Math.min(...changes.filter((at) => at > now), Infinity),
  }
}

/** All that are not gone. */
export function living({ active, pending, retired }: KeyStates): readonly StoredKey[] {
  return [...(active === undefined ? [] : [active]), ...pending, ...retired]
}

/** Whether it is time for the next key: so that it is active when the present one has been so for `rotateEvery`. */
export function isRotationDue(states: KeyStates, now: number, rules: RingRules): boolean {
  const { active, pending } = states
  if (active === undefined) return true
  const isNextThere = pending.some((key) => isDueInTime(key, now, rules))
  return !isNextThere && now >= active.activatesAt + rules.rotateEvery - rules.publishAhead
}

/** Whether a key waits no longer than one signs. Another was made while a clock was ahead, and must not keep the next one back. */
export function isDueInTime({ activatesAt }: StoredKey, now: number, { rotateEvery }: RingRules): boolean {
  return activatesAt <= now + rotateEvery
}

/** A total order, so that nodes agree also on keys of the same moment. */
function byActivation(a: StoredKey, b: StoredKey): number {
  return a.activatesAt - b.activatesAt || (a.kid < b.kid ? -1 : 1)
}
