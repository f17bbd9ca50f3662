import type { CacheStore, NewEntry } from '../store/cache-store.js'
import { reveal } from '../store/guarded.js'
import { batchesOf } from './batches.js'
import { BusLink } from './bus-link.js'
import { withDeadline } from './deadline.js'
import type { CacheErrorEvent, Observers } from './events.js'
import { type Beginning, better, type Found, type Lookup } from './found.js'
import { toBytes } from './frame.js'
import type { Invalidation } from './invalidation.js'
import { LowerLayer } from './lower-layer.js'
import { LowerReader } from './lower-reader.js'
import { PendingWrite, PendingWrites } from './pending-writes.js'
import type { Scope } from './scope.js'
import type { Settings } from './settings.js'
import { TopLayer } from './top-layer.js'

/** A write waits for one of its key, and either of them for the recovery of a layer: `close` waits for so many limits of a write. */
const LIMITS = 4

/** The layers of a cache as one: memory first, then those behind promises, and the bus to other caches. */
export class Layers {
  readonly top: TopLayer
  readonly lower: readonly LowerLayer[]
  readonly #settings: Settings
  readonly #reader: LowerReader
  readonly #bus: BusLink | undefined
  readonly #writing: PendingWrites = new PendingWrites((writes) => this.#writeBelow(writes))
  /** What users have set, until the layers have it and the bus has told of it. */
  readonly #overwriting: Set<Promise<void>> = new Set()
  /** Told of what the codec cannot read or write. */
  readonly #refused: (error: unknown, key: string) => void
  /** Told of all that is invalid, before anyone is told that it is done. */
  readonly #forget: (invalidation: Invalidation) => void

  constructor(settings: Settings, observers: Observers, forget: (invalidation: Invalidation) => void) {
    const { layers, clock, bus, codec, scope, layerTimeouts, memoryTtl } = settings
    const failed = (source: CacheErrorEvent['source']) => (error: unknown, key?: string) =>
      observers.tell('error', { error, source, ...(key !== undefined && { key }) })
    this.#settings = settings
    this.#forget = forget
    // Not without need: workerd has no chance to give while a module loads.
    const name = bus && crypto.randomUUID()
    this.top = new TopLayer(layers[0] as CacheStore<unknown>, name, clock, memoryTtl)
    const listener = {
      failed: failed('layer'),
      caughtUp: (invalidation: Invalidation) => {
        // Another cache may have read it in its own layers meanwhile, into the memory that they share.
        if (this.top.isShared) this.#drop(invalidation)
        void this.#bus?.tell(invalidation)
      },
      landedUnguarded: (keys: readonly string[]) => this.#drop({ keys }),
    }
    this.lower = layers
      .slice(this.top.engine === undefined ? 0 : 1)
      .map((store) => new LowerLayer(store, scope.path, clock, layerTimeouts, listener))
    this.#refused = failed('codec')
    this.#reader = new LowerReader(clock, codec, { refused: this.#refused, skewed: failed('layer') })
    this.#bus =
      name &&
      new BusLink(bus, scope.path, clock, name, {
        heard: (invalidation, from) => {
          this.#writing.revoke(invalidation, false)
          // What one that shares this memory tells is gone from it.
          if (this.top.isOf(from)) this.#forget(invalidation)
          else this.#drop(invalidation)
        },
        lost: () => this.#drop({ cleared: [scope.path] }),
        toldLate: ({ patterns = [] }) => {
          // Loads of other nodes were written meanwhile, which had not heard of it.
          if (patterns.length > 0 && this.lower.length > 0) void this.invalidate({ patterns })
        },
        failed: failed('bus'),
      })
  }

  /** Resolves when what is found can be vouched for; `undefined` where there is nothing to wait for. */
  get ready(): Promise<void> | undefined {
    return this.#bus?.ready
  }

  /** What the layers below have of keys that memory is not sure of, after {@link TopLayer.settle}; of very many in batches, one after the other. */
  async findBelow(scope: Scope, keys: readonly string[]): Promise<(Found | undefined)[]> {
    const found: (Found | undefined)[] = []
    for (const part of batchesOf(keys)) {
      const lookup = await this.lookup(scope, part, [])
      for (const [place, key] of part.entries())
        found.push(better(this.top.settle(key, lookup, place), lookup.found[place]))
    }
    return found
  }

  /**
   * What the lower layers have, from the top down as long as something is not fresh; what is fresh fills those above. Without
   * keys each layer is asked for its version.
   */
  async lookup(scope: Scope, keys: readonly string[], tags: readonly string[]): Promise<Lookup> {
    const since = this.top.version
    const found: (Found | undefined)[] = []
    const versions: (bigint | undefined)[] = []
    const befores: (bigint | undefined)[] = []
    let open = keys.map((_, index) => index)
    for (const layer of this.lower) {
      if (open.length === 0 && keys.length > 0) break
      const names = open.length === keys.length ? keys : open.map((index) => keys[index] as string)
      const read = await this.#reader.read(layer, scope, names, tags)
      const fills: (readonly [string, Found])[] = []
      open = open.filter((index, place) => {
        const own = read?.found[place]
        found[index] = better(found[index], own)
        if (own === undefined || own.freshUntil <= this.#settings.clock.monotonic()) return true
        fills.push([keys[index] as string, own])
        return false
      })
      if (fills.length > 0) await this.#fill(scope, fills, since, befores)
      versions.push(read?.version)
      befores.push(read?.before)
    }
    return { found, since, versions }
  }

  /** The result of a load, unless something newer is known. */
  async keep(scope: Scope, key: string, entry: Found, { since, versions }: Beginning): Promise<void> {
    // Before anything is kept: what the codec refuses is refused by all layers.
    const below = this.#toEntries(scope, entry)
    this.top.set(key, entry, since)
    if (this.lower.length === 0) return
    const written = await Promise.all(
      this.lower.map((layer, index) => {
        const version = versions[index]
        return version === undefined || layer.write(key, below[index] as NewEntry<unknown>, version)
      }),
    )
    // A layer knows of a change that this process has not heard of.
    if (written.includes(false)) this.#drop({ keys: [key] })
  }

  /** What a user sets: it wins over everything before it. */
  async overwrite(scope: Scope, entries: readonly (readonly [string, Found])[]): Promise<void> {
    const keys = entries.map(([key]) => key)
    const { top, lower } = this
    // Before anything is written: what the codec refuses is refused by all layers.
    const writes: PendingWrite[] = []
    if (lower.length > 0)
      for (const [key, entry] of entries)
        writes.push(new PendingWrite(key, entry, this.#toEntries(scope, entry)))
    this.#forget({ keys })
    for (const [key, entry] of entries) top.set(key, entry)
    if (lower.length === 0) {
      // Loads of others that share this memory are refused also once it is gone.
      if (top.isShared) top.protect(keys, top.version)
      if (this.#bus !== undefined) for (const part of batchesOf(keys)) await this.#bus.tell({ keys: part })
      return
    }
    this.#writing.add(writes)
    const overwriting = this.#overwriteBelow(writes)
    this.#overwriting.add(overwriting)
    await overwriting.finally(() => this.#overwriting.delete(overwriting))
  }

  async #overwriteBelow(writes: readonly PendingWrite[]): Promise<void> {
    for (const part of batchesOf(writes)) {
      await this.#writing.write(part)
      await this.#bus?.tell({ keys: part.map(({ key }) => key) })
    }
  }

  /** Into all lower layers; what was invalidated until they have it is deleted there. */
  async #writeBelow(writes: readonly PendingWrite[]): Promise<void> {
    const sent = writes.filter(({ isRevoked }) => !isRevoked)
    if (sent.length > 0) {
      const entriesOf = (place: number) =>
        sent.map(({ key, below }) => [key, below[place] as NewEntry<unknown>] as const)
      await Promise.all(this.lower.map((layer, place) => layer.overwrite(entriesOf(place))))
    }
    const gone = writes.filter(({ isRevoked }) => isRevoked).map(({ key }) => key)
    if (gone.length > 0) await Promise.all(this.lower.map((layer) => layer.invalidate({ keys: gone })))
    const lost = writes
      .filter((write) => this.#writing.isLast(write) && this.top.lacks(write.key, write.entry))
      .map(({ key }) => key)
    if (lost.length > 0) this.#drop({ keys: lost })
    // A read of a lower layer that is still under way may have found what was there before: memory refuses it, and nobody joins it.
    const keys = writes.map(({ key }) => key)
    this.top.protect(keys)
    this.#forget({ keys })
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    this.#writing.revoke(invalidation, true)
    this.#drop(invalidation)
    if (this.lower.length > 0) {
      // A pattern finds no load that runs elsewhere: that must hear of it before the layers are looked through.
      if (invalidation.patterns !== undefined) await this.#bus?.tell({ patterns: invalidation.patterns })
      await Promise.all(this.lower.map((layer) => layer.invalidate(invalidation)))
      // A read of a lower layer may have filled memory again while that was told.
      this.#drop(invalidation)
    }
    await this.#bus?.tell(invalidation)
  }

  async close(): Promise<void> {
    const { clock, layerTimeouts } = this.#settings
    // What was set before the bus was there begins now, and what waits for its turn is sent only when that has come.
    await withDeadline(clock, LIMITS * layerTimeouts.write, 'The writes of a cache', async () => {
      await this.ready
      await Promise.allSettled(this.#overwriting)
    }).catch(() => {})
    await this.#bus?.close()
    await Promise.all([this.top, ...this.lower].map((layer) => layer.close()))
  }

  /** Fills the layers above with what was found below them. */
  async #fill(
    scope: Scope,
    fills: readonly (readonly [string, Found])[],
    since: number,
    befores: readonly (bigint | undefined)[],
  ): Promise<void> {
    for (const [key, entry] of fills) this.top.set(key, entry, since)
    for (const [depth, before] of befores.entries()) {
      if (before === undefined) continue
      const layer = this.lower[depth] as LowerLayer
      const entries: [string, NewEntry<unknown>][] = []
      for (const [key, entry] of fills) {
        try {
          entries.push([key, this.#toEntry(layer, scope, entry)])
        } catch (error) {
          // The codec can read it and not write it: the value was found all the same.
          this.#refused(error, key)
        }
      }
      await layer.fill(entries, before)
    }
  }

  /** One for each lower layer. */
  #toEntries(scope: Scope, entry: Found): readonly NewEntry<unknown>[] {
    return this.lower.map((layer) => this.#toEntry(layer, scope, entry))
  }

  #toEntry(layer: LowerLayer, scope: Scope, entry: Found): NewEntry<unknown> {
    const { clock, codec } = this.#settings
    const wall = clock.now()
    const offset = wall - clock.monotonic()
    return {
      value: layer.store.encoding === 'objects' ? entry.held : toBytes(reveal(entry.held), codec),
      createdAt: wall,
      expiresAt: Math.round(offset + entry.freshUntil),
      staleUntil: Math.round(offset + entry.goneAt),
      tags: [...entry.tags, ...scope.epochs],
      ...(entry.loadTime > 0 && { loadTime: entry.loadTime }),
    }
  }

  /** From memory, and from what is being loaded. */
  #drop(invalidation: Invalidation): void {
    this.top.drop(invalidation)
    this.#forget(invalidation)
  }
}
