import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, checkOptions } from '@base/core/options'
import { placeOf } from '../../place.js'
import { Rounds } from '../../rounds.js'
import { FamilyState } from './family-state.js'
import type {
  NewRefreshFamily,
  RefreshFamily,
  RefreshRecord,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStore,
} from './refresh-store.js'

/** Families that each sign-in looks at, to forget those that are over: more than are added, so that none is left. */
const SWEPT = 2

/** Options of {@link memoryRefreshStore}. */
export interface MemoryRefreshStoreOptions {
  /** Source of time. @defaultValue the time of the service that asks */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the families of one process in memory: for tests, and for a service that may forget its sign-ins when it stops.
 *
 * Families that are over are forgotten as others sign in. There is no other bound: a family takes about a kilobyte, and
 * 100 bytes more for each rotation.
 *
 * @example
 * const refresh = createRefreshService({ store: memoryRefreshStore(), tokens })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryRefreshStore(options: MemoryRefreshStoreOptions = {}): RefreshStore {
  const place = placeOf('memoryRefreshStore')
  const { clock } = checkOptions(options, place('options'))
  if (clock !== undefined) checkMethods(clock, ['now', 'schedule'], place('clock'))
  return new MemoryRefreshStore(clock)
}

class MemoryRefreshStore implements RefreshStore {
  readonly #clock: Clock | undefined
  readonly #families = new Map<string, FamilyState>()
  readonly #rounds = new Rounds(this.#families)
  readonly #bySubject = new Map<string, Set<FamilyState>>()

  constructor(clock: Clock | undefined) {
    this.#clock = clock
  }

  async start(family: NewRefreshFamily, now: number): Promise<void> {
    const at = this.#at(now)
    this.#sweep(at)
    const state = new FamilyState(family, at)
    this.#families.set(family.id, state)
    const siblings = this.#bySubject.get(family.sub) ?? new Set()
    this.#bySubject.set(family.sub, siblings.add(state))
  }

  async find(familyId: string, hash: string | undefined, now: number): Promise<RefreshRecord | undefined> {
    const at = this.#at(now)
    const state = this.#families.get(familyId)
    const status = state?.statusOf(hash, at)
    return state && status && { status, family: state.snapshot() }
  }

  async rotate(rotation: RefreshRotation, now: number): Promise<RefreshRotationOutcome> {
    const state = this.#families.get(rotation.familyId)
    const outcome = state?.rotate(rotation, this.#at(now)) ?? { status: 'unknown' }
    if (outcome.status === 'rotated' && rotation.child.sealed !== undefined) {
      const name = 'grace of a refresh token'
      const drop = () => state?.drop(rotation.parent)
      ;(this.#clock ?? systemClock).schedule(rotation.grace, drop, { ref: false, name })
    }
    return outcome
  }

  async revokeFamily(familyId: string, now: number): Promise<boolean> {
    const at = this.#at(now)
    return this.#families.get(familyId)?.revoke(at) ?? false
  }

  async revokeAll(sub: string, now: number): Promise<number> {
    const at = this.#at(now)
    return [...(this.#bySubject.get(sub) ?? [])].filter((state) => state.revoke(at)).length
  }

  async list(sub: string, now: number): Promise<readonly RefreshFamily[]> {
    const at = this.#at(now)
    const states = [...(this.#bySubject.get(sub) ?? [])]
    return states.filter((state) => state.isAlive(at)).map((state) => state.snapshot())
  }

  #at(now: number): number {
    return this.#clock?.now() ?? now
  }

  /** Looks at the next families, so that each has its turn. */
  #sweep(now: number): void {
    for (let looked = 0; looked < SWEPT; looked++) {
      const [, state] = this.#rounds.next() ?? []
      if (state?.isForgettable(now)) this.#forget(state)
    }
  }

  #forget(state: FamilyState): void {
    const { id, sub } = state.snapshot()
    this.#families.delete(id)
    const siblings = this.#bySubject.get(sub)
    siblings?.delete(state)
    if (siblings?.size === 0) this.#bySubject.delete(sub)
  }
}
