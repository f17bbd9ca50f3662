import { FIRST_SLOT, S3Fifo } from './s3-fifo.js'
import { sizeOf } from './size-of.js'
import { type Extras, FIRST_CAPACITY, Slots } from './slots.js'
import { sizeOfTag, TagBook } from './tag-book.js'
import { MOST, Tombstones } from './tombstones.js'

/** No entry has this slot. */
export const NO_SLOT = -1

/** What the maps of the store need for an entry, about. */
const OVERHEAD = 100
/** What an entry needs that has tags, the time of its load or that of its check, and for each tag that others have too. */
const EXTRAS = 200
const TAG = 8
/** What a deletion that is remembered needs, about. */
const TOMBSTONE = 100
/** So many are remembered at least. */
const FEW_TOMBSTONES = 1_000

/** An entry to be written; times are on the monotonic clock. */
export interface MemoryWrite {
  readonly key: string
  /** As `isolate` made it. */
  readonly held: unknown
  readonly freshUntil: number
  /** Not before `freshUntil`. */
  readonly goneAt: number
  readonly tags: readonly string[]
  /** How long it is fresh in all, in milliseconds. */
  readonly life: number
  readonly loadTime: number
  /** From when on {@link MemoryEngine.fresh} does not give it any more; `Infinity` without it. */
  readonly checkAt?: number | undefined
  /** The version that it must not be older than what is known of the key; without it, it is written in any case. */
  readonly since: number | undefined
}

/** The limits of a {@link MemoryEngine}. */
export interface MemoryLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** Entries in memory, read without a promise. The cache uses it directly where it is its first layer. */
export class MemoryEngine {
  slots: Slots
  readonly tags: TagBook
  /** Told of each key that is evicted for want of room. */
  readonly onEvict: Set<(key: string) => void> = new Set()
  /** The caches that use it, by their names on the bus, if they have one: what one of them tells, is done here already. */
  readonly users: Set<unknown> = new Set()
  /** Told of each entry with an end, and when that is. */
  onDeadline: (goneAt: number) => void = () => {}
  /** Grows with each change that is not a load's result. */
  version = 0
  /** Without that of tags. */
  #bytes = 0
  /** Above the highest slot that was ever used. */
  end: number = FIRST_SLOT
  #index: Map<string, number> = new Map()
  #queues: S3Fifo = new S3Fifo(FIRST_CAPACITY)
  #free: number[] = []
  readonly #deleted: Tombstones
  readonly #limits: MemoryLimits

  constructor(limits: MemoryLimits) {
    this.#limits = limits
    const most = mostTombstones(limits)
    this.#deleted = new Tombstones(most)
    this.tags = new TagBook(most)
    this.slots = new Slots(limits.maxBytes !== Number.POSITIVE_INFINITY)
  }

  get size(): number {
    return this.#index.size
  }

  /** About how much all entries take; 0 where there is no limit. */
  get bytes(): number {
    return this.slots.sizes === undefined ? 0 : this.#bytes + this.tags.bytes
  }

  keys(): IterableIterator<string> {
    return this.#index.keys()
  }

  /** Whether an entry is there that has not ended; no read. */
  holds(key: string, now: number): boolean {
    const slot = this.#index.get(key)
    return slot !== undefined && (this.slots.goneAt[slot] as number) > now
  }

  /** The slot of an entry that is there, whatever its state; no read. */
  slotOf(key: string): number {
    return this.#index.get(key) ?? NO_SLOT
  }

  /** The slot of an entry that is there and valid, fresh or not; counts as a read. */
  find(key: string, now: number): number {
    const slot = this.#index.get(key)
    if (slot === undefined) return NO_SLOT
    const { goneAt, extras } = this.slots
    const extra = extras[slot]
    if ((goneAt[slot] as number) <= now || (extra !== undefined && !this.#isValid(slot, extra))) {
      this.remove(slot, now)
      return NO_SLOT
    }
    this.#queues.read(slot)
    return slot
  }

  /** The slot of an entry that is fresh and valid, or {@link NO_SLOT}: the way of a hit, so it does nothing else. */
  fresh(key: string, now: number): number {
    const slot = this.#index.get(key)
    if (slot === undefined || (this.slots.freshUntil[slot] as number) <= now) return NO_SLOT
    const extra = this.slots.extras[slot]
    if (extra !== undefined && (extra.checkAt <= now || !this.#isValid(slot, extra))) return NO_SLOT
    this.#queues.read(slot)
    return slot
  }

  /** `false` where the key has changed since. An entry that is too large is dropped. */
  set(write: MemoryWrite, now: number): boolean {
    const { key, since } = write
    if (since !== undefined && !this.#allows(key, since, write.tags)) return false
    const version = since ?? ++this.version
    const old = this.#index.get(key)
    const size = this.slots.sizes === undefined ? 0 : sizeOfEntry(write)
    // As if no other entry had its tags.
    const room = size && sizeWithTags(size, write.tags)
    // An entry without a moment to live, or without room, takes the older one with it.
    if (write.goneAt <= now || room > this.#limits.maxBytes / 4) {
      if (old !== undefined) this.remove(old, now)
      return true
    }
    const slot = old ?? this.#newSlot(key, room, now)
    if (old !== undefined) this.#clean(old, now)
    this.#fill(slot, write, version)
    this.#weigh(slot, size, now)
    return true
  }

  /** Refuses what began before a version, by default before now, for these keys, whether their entries are still there or not. */
  protect(keys: Iterable<string>, now: number, version: number = ++this.version): void {
    for (const key of keys) this.#deleted.add(key, version, now)
  }

  delete(keys: Iterable<string>, now: number): number {
    const version = ++this.version
    for (const key of keys) {
      const slot = this.#index.get(key)
      if (slot !== undefined) this.remove(slot, now)
      this.#deleted.add(key, version, now)
    }
    return version
  }

  bump(tags: readonly string[], now: number): void {
    this.tags.bump(tags, ++this.version, now)
  }

  /** Deletes all, and refuses the loads that are under way. */
  clear(now: number): void {
    for (const slot of this.#index.values()) this.#clean(slot, now)
    this.#index = new Map()
    this.#free = []
    this.end = FIRST_SLOT
    this.#queues = new S3Fifo(FIRST_CAPACITY)
    this.slots = new Slots(this.slots.sizes !== undefined)
    this.#deleted.raise(++this.version)
  }

  /** Deletes the keys that match, and refuses the loads of such keys that are under way. */
  deleteMatching(matches: (key: string) => boolean, now: number): void {
    for (const [key, slot] of this.#index) {
      if (matches(key)) this.remove(slot, now)
    }
    this.#deleted.addAll(matches, ++this.version)
  }

  remove(slot: number, now: number): void {
    this.#index.delete(this.slots.keys[slot] as string)
    this.#queues.remove(slot)
    this.#clean(slot, now)
    this.slots.free(slot)
    this.#free.push(slot)
  }

  /** A tag that was not invalidated since the last look needs no look at its mark. */
  #isValid(slot: number, extra: Extras): boolean {
    const { epoch } = this.tags
    if (extra.validAt === epoch) return true
    const version = this.slots.versions[slot] as number
    for (const { mark } of extra.tags) {
      if (mark > version) return false
    }
    extra.validAt = epoch
    return true
  }

  #allows(key: string, since: number, tags: readonly string[]): boolean {
    if (this.#deleted.forbids(key, since)) return false
    const slot = this.#index.get(key)
    if (slot !== undefined && (this.slots.versions[slot] as number) > since) return false
    return !this.tags.areBumped(tags, since)
  }

  #newSlot(key: string, room: number, now: number): number {
    while (
      this.size > 0 &&
      (this.size >= this.#limits.maxEntries || this.bytes + room > this.#limits.maxBytes)
    ) {
      this.#evict(now)
    }
    const slot = this.#free.pop() ?? this.end++
    if (slot >= this.slots.capacity) this.#grow()
    this.#index.set(key, slot)
    this.slots.keys[slot] = key
    this.#queues.add(slot, key)
    return slot
  }

  #fill(slot: number, write: MemoryWrite, version: number): void {
    const { slots } = this
    const { goneAt, tags, life, loadTime, checkAt = Number.POSITIVE_INFINITY } = write
    slots.values[slot] = write.held
    slots.freshUntil[slot] = write.freshUntil
    slots.goneAt[slot] = goneAt
    slots.versions[slot] = version
    if (!hasExtras(write)) slots.setExtras(slot, undefined)
    else
      slots.setExtras(slot, {
        tags: this.tags.claim(tags),
        validAt: this.tags.epoch,
        life,
        loadTime,
        checkAt,
      })
    if (goneAt !== Number.POSITIVE_INFINITY) this.onDeadline(goneAt)
  }

  /** An entry that has grown may need the room of others. */
  #weigh(slot: number, size: number, now: number): void {
    const { sizes } = this.slots
    if (sizes === undefined) return
    sizes[slot] = size
    this.#bytes += size
    while (this.bytes > this.#limits.maxBytes && this.size > 1) this.#evict(now)
  }

  #evict(now: number): void {
    const slot = this.#queues.next()
    const key = this.slots.keys[slot] as string
    this.#queues.remember(slot, key)
    this.remove(slot, now)
    for (const listener of this.onEvict) listener(key)
  }

  /** What an entry holds beyond its slot. */
  #clean(slot: number, now: number): void {
    const extra = this.slots.extras[slot]
    if (extra !== undefined) this.tags.release(extra.tags, now)
    if (this.slots.sizes !== undefined) this.#bytes -= this.slots.sizes[slot] as number
  }

  #grow(): void {
    const capacity = Math.min(this.slots.capacity * 2, this.#limits.maxEntries + FIRST_SLOT)
    this.slots.grow(capacity)
    this.#queues.grow(capacity)
  }
}

function hasExtras({ tags, loadTime, checkAt = Number.POSITIVE_INFINITY }: MemoryWrite): boolean {
  return tags.length > 0 || loadTime !== 0 || checkAt < Number.POSITIVE_INFINITY
}

function sizeOfEntry(write: MemoryWrite): number {
  const { key, held, tags } = write
  const size = sizeOf(held) + key.length * 2 + OVERHEAD
  return hasExtras(write) ? size + EXTRAS + tags.length * TAG : size
}

function sizeWithTags(size: number, tags: readonly string[]): number {
  let sum = size
  for (const tag of tags) sum += sizeOfTag(tag)
  return sum
}

/** As many as an eighth of the room takes: for keys and for tags together that is a quarter more. */
function mostTombstones({ maxBytes }: MemoryLimits): number {
  return Math.max(FEW_TOMBSTONES, Math.min(MOST, Math.floor(maxBytes / 8 / TOMBSTONE)))
}
