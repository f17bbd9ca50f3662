import type { Clock } from '@base/core/clock'
import type { CacheStore } from '../store/cache-store.js'
import { engineOf } from '../store/memory-cache-store.js'
import { type MemoryEngine, NO_SLOT } from '../store/memory-engine.js'
import { TagBook } from '../store/tag-book.js'
import { type Found, isMadeAfter, type Lookup } from './found.js'
import type { Invalidation } from './invalidation.js'
import { isUserTag, Scope } from './scope.js'

/** For how long memory vouches for an entry by itself, in milliseconds; then the layers below are asked. */
export interface MemoryTtl {
  readonly plain: number
  /** Where it has tags, by which others may invalidate it. */
  readonly tagged: number
}

/** The first layer, where it is memory that is read without a promise; where it is not, it holds no entry. */
export class TopLayer {
  readonly engine: MemoryEngine | undefined
  /** What is known here of the tags: by memory, and where there is none by this alone. */
  readonly tags: TagBook
  #version = 0
  readonly #store: CacheStore<unknown>
  readonly #user: unknown
  readonly #clock: Clock
  readonly #memoryTtl: MemoryTtl

  /** `name` is that of the cache on the bus, if there is one. */
  constructor(store: CacheStore<unknown>, name: string | undefined, clock: Clock, memoryTtl: MemoryTtl) {
    this.engine = engineOf(store)
    this.tags = this.engine?.tags ?? new TagBook()
    this.#store = store
    this.#user = name ?? this
    this.#clock = clock
    this.#memoryTtl = memoryTtl
    this.engine?.users.add(this.#user)
  }

  /** That of memory; where there is none, it grows with each invalidation. */
  get version(): number {
    return this.engine?.version ?? this.#version
  }

  /** Whether other caches use this memory too. */
  get isShared(): boolean {
    return this.engine !== undefined && this.engine.users.size > 1
  }

  /** Whether the cache of that name on the bus does. */
  isOf(name: string): boolean {
    return this.engine?.users.has(name) === true
  }

  /** What it has, fresh or not. */
  find(key: string): Found | undefined {
    const { engine } = this
    if (engine === undefined) return undefined
    const slot = engine.find(key, this.#clock.monotonic())
    if (slot === NO_SLOT) return undefined
    const { values, freshUntil, goneAt, extras } = engine.slots
    return {
      held: values[slot],
      freshUntil: freshUntil[slot] as number,
      goneAt: goneAt[slot] as number,
      tags: extras[slot]?.tags.map(({ name }) => name) ?? [],
      life: extras[slot]?.life ?? 0,
      loadTime: extras[slot]?.loadTime ?? 0,
      checkAt: extras[slot]?.checkAt ?? Number.POSITIVE_INFINITY,
    }
  }

  /** Whether what was found here is the answer by itself: it is fresh, and vouched for. */
  isSure(found: Found | undefined): boolean {
    const { freshUntil = 0, checkAt = Number.POSITIVE_INFINITY } = found ?? {}
    return Math.min(freshUntil, checkAt) > this.#clock.monotonic()
  }

  /**
   * What it has after the layers below were asked. What is not vouched for goes where it is not there any more, or was replaced
   * by what has ended there already; where a layer could not be asked, or has something older, it is as good as before.
   */
  settle(key: string, { found, versions }: Lookup, place = 0): Found | undefined {
    const { engine } = this
    const own = this.find(key)
    const now = this.#clock.monotonic()
    if (engine === undefined || own === undefined || own.freshUntil <= now || this.isSure(own)) return own
    const slot = engine.slotOf(key)
    const below = found[place]
    const isAsked = versions.every((version) => version !== undefined)
    if (below === undefined ? isAsked : isMadeAfter(below, own)) {
      engine.remove(slot, now)
      return undefined
    }
    const extras = engine.slots.extras[slot]
    if (extras !== undefined) extras.checkAt = this.#checkAt(extras.tags, now)
    return own
  }

  /** Without `since` it is written in any case. */
  set(key: string, entry: Found, since?: number): void {
    const now = this.#clock.monotonic()
    this.engine?.set({ key, ...entry, since, checkAt: this.#checkAt(entry.tags, now) }, now)
  }

  #checkAt(tags: readonly unknown[], now: number): number {
    const { plain, tagged } = this.#memoryTtl
    return now + (tags.length > 0 ? tagged : plain)
  }

  /** Refuses what began before the version, which is that of now where none is given. */
  protect(keys: readonly string[], version?: number): void {
    this.engine?.protect(keys, this.#clock.monotonic(), version)
  }

  /** Whether there was no room for it, and may be for what was there before. */
  lacks(key: string, { held }: Found): boolean {
    const { engine } = this
    return engine !== undefined && !Object.is(engine.slots.values[engine.slotOf(key)], held)
  }

  drop({ keys = [], tags = [], patterns = [], cleared = [] }: Invalidation): void {
    const { engine } = this
    const now = this.#clock.monotonic()
    if (engine === undefined) {
      this.tags.bump(tags, ++this.#version, now)
      return
    }
    if (keys.length > 0) engine.delete(keys, now)
    if (tags.length > 0) engine.bump(tags.filter(isUserTag), now)
    for (const [path, pattern] of patterns) {
      const scope = new Scope(path)
      engine.deleteMatching((key) => scope.matches(pattern, key), now)
    }
    for (const path of cleared) {
      if (path === '') engine.clear(now)
      else engine.deleteMatching((key) => key.startsWith(`${path}:`), now)
    }
  }

  async close(): Promise<void> {
    if (this.engine === undefined) return
    this.engine.users.delete(this.#user)
    await this.#store.close()
  }
}
