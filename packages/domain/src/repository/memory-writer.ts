import { ConflictError, NotFoundError } from '@base/core/errors'
import { checkInteger, invalidOption } from '@base/core/options'
import { isObject } from '../value-object/object-kind.js'
import { at } from './checks.js'
import type { Stamps } from './copying.js'
import { keyOf } from './key-of.js'
import type { Settings } from './memory-settings.js'
import type { Rows, Stored } from './store.js'

/** Writes single rows, by the rules of versions and tracking. */
export class MemoryWriter<T extends object, Id> {
  readonly #settings: Settings<T, Id>
  readonly #rows: Rows<T>

  constructor(settings: Settings<T, Id>, rows: Rows<T>) {
    this.#settings = settings
    this.#rows = rows
  }

  /** Saves an entity, and gives what is kept of it. */
  save(entity: T): T {
    if (!isObject(entity)) throw invalidOption(entity, at('entity'), 'an entity')
    const id = this.#settings.id(entity)
    // Those without one would all lie under the same key.
    if (id === undefined || id === null) throw invalidOption(id, at('id'), 'an identity')
    const present = this.#rows.get(keyOf(id))
    const version = this.#nextVersion(entity, id, present)
    const kept = this.#settings.toKept(entity, this.#stamps(entity, present, version))
    this.#rows.put(keyOf(id), { entity: kept, version, deleted: this.#isDeleted(kept) })
    return kept
  }

  /** Deletes what a key finds; whether there was something. What a soft deletion writes may be known from before. */
  delete(key: unknown, deletion: Stamps | undefined = this.#deletion()): boolean {
    const present = this.#rows.get(key)
    if (present === undefined || present.deleted) return false
    this.#rows.put(key, deletion && this.#deleted(present, deletion))
    return true
  }

  #nextVersion(entity: T, id: Id, present: Stored<T> | undefined): number {
    const { version, name } = this.#settings
    if (version === undefined) return (present?.version ?? 0) + 1
    const expected = checkInteger((entity as Stamps)[version] ?? 0, at(version))
    checkVersion(name, id, expected, present?.version)
    return expected + 1
  }

  /** The properties that the repository writes. */
  #stamps(entity: T, present: Stored<T> | undefined, version: number): Stamps {
    const { timestamps, deletedAt, audit } = this.#settings.tracking
    const before = present?.entity as Stamps | undefined
    const stamps: Stamps = {}
    if (this.#settings.version !== undefined) stamps[this.#settings.version] = version
    if (timestamps !== undefined) {
      const at = this.#now()
      stamps[timestamps.createdAt] = before?.[timestamps.createdAt] ?? at
      stamps[timestamps.updatedAt] = at
    }
    if (audit !== undefined) {
      const by = audit.by()
      stamps[audit.createdBy] = before === undefined ? by : before[audit.createdBy]
      stamps[audit.updatedBy] = by
    }
    if (deletedAt !== undefined) stamps[deletedAt] = (entity as Stamps)[deletedAt] ?? null
    return stamps
  }

  /** What a soft deletion writes; undefined where rows are deleted at once. */
  #deletion(): Stamps | undefined {
    const { timestamps, deletedAt, audit } = this.#settings.tracking
    if (deletedAt === undefined) return undefined
    const stamps: Stamps = { [deletedAt]: this.#now() }
    if (timestamps !== undefined) stamps[timestamps.updatedAt] = this.#now()
    if (audit !== undefined) stamps[audit.updatedBy] = audit.by()
    return stamps
  }

  #deleted(present: Stored<T>, deletion: Stamps): Stored<T> {
    const { version: property, toKept } = this.#settings
    const version = present.version + 1
    const entity = toKept(present.entity, {
      ...deletion,
      ...(property !== undefined && { [property]: version }),
    })
    return { entity, version, deleted: true, deletion }
  }

  #isDeleted(entity: T): boolean {
    const { deletedAt } = this.#settings.tracking
    return deletedAt !== undefined && ((entity as Stamps)[deletedAt] ?? null) !== null
  }

  #now(): Date {
    return new Date(this.#settings.clock.now())
  }
}

/**
 * Compares the version that an entity was read with to the one that is there.
 *
 * @throws NotFoundError where it is gone; ConflictError where it is another one.
 */
export function checkVersion(name: string, id: unknown, expected: number, actual: number | undefined): void {
  if (expected > 0 && actual === undefined) {
    throw new NotFoundError({ message: `This ${name} is gone.`, details: { id } })
  }
  if (expected === (actual ?? 0)) return
  const message =
    expected === 0 ? `This ${name} exists already.` : `This ${name} was changed by somebody else meanwhile.`
  throw new ConflictError({ message, details: { id, expected, actual } })
}
