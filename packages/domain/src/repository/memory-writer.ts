import { ConflictError, NotFoundError } from '@base/core/errors'
import { checkInteger, invalidOption } from '@base/core/options'
import { keyOf } from './memory-order.js'
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

  /** Saves an entity and gives a copy back. */
  save(entity: T): T {
    if (typeof entity !== 'object' || entity === null) throw invalidEntity(entity)
    const id = this.#settings.id(entity)
    const present = this.#rows.get(keyOf(id))
    const version = this.#nextVersion(entity, id, present)
    const kept = this.#settings.toKept(this.#stamped(entity, present, version))
    this.#rows.put(keyOf(id), { entity: kept, version, deleted: this.#isDeleted(kept) })
    return this.#settings.toGiven(kept)
  }

  /** Deletes what a key finds; whether there was something. */
  delete(key: unknown): boolean {
    const present = this.#rows.get(key)
    if (present === undefined || present.deleted) return false
    this.#rows.put(key, this.#deleted(present))
    return true
  }

  #nextVersion(entity: T, id: Id, present: Stored<T> | undefined): number {
    const { version, name } = this.#settings
    if (version === undefined) return (present?.version ?? 0) + 1
    const place = { package: '@base/domain', pattern: 'Repository', option: version }
    const expected = checkInteger((entity as Properties)[version] ?? 0, place)
    const actual = present?.version
    checkVersion(name, id, expected, actual)
    return expected + 1
  }

  /** A copy with the properties that the repository writes. */
  #stamped(entity: T, present: Stored<T> | undefined, version: number): T {
    const { timestamps, deletedAt, audit } = this.#settings.tracking
    const before = present?.entity as Properties | undefined
    const stamps: Properties = {}
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
    if (deletedAt !== undefined) stamps[deletedAt] = (entity as Properties)[deletedAt] ?? null
    return withProperties(this.#settings.toGiven(entity), stamps)
  }

  #deleted(present: Stored<T>): Stored<T> | undefined {
    const { tracking, version: property } = this.#settings
    if (tracking.deletedAt === undefined) return undefined
    const version = present.version + 1
    const stamps: Properties = { [tracking.deletedAt]: this.#now() }
    if (property !== undefined) stamps[property] = version
    if (tracking.timestamps !== undefined) stamps[tracking.timestamps.updatedAt] = this.#now()
    if (tracking.audit !== undefined) stamps[tracking.audit.updatedBy] = tracking.audit.by()
    const entity = withProperties(this.#settings.toGiven(present.entity), stamps)
    return { entity, version, deleted: true }
  }

  #isDeleted(entity: T): boolean {
    const { deletedAt } = this.#settings.tracking
    const value = deletedAt === undefined ? null : (entity as Properties)[deletedAt]
    return value !== null && value !== undefined
  }

  #now(): Date {
    return new Date(this.#settings.clock.now())
  }
}

type Properties = Record<string, unknown>

/** Defined, not assigned, for the property may be read-only to others. */
function withProperties<T extends object>(entity: T, properties: Properties): T {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(entity, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return entity
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

function invalidEntity(received: unknown): Error {
  return invalidOption(
    received,
    { package: '@base/domain', pattern: 'Repository', option: 'entity' },
    'an entity',
  )
}
