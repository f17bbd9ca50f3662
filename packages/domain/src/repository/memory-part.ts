import { ConflictError } from '@base/core/errors'
import { SerializationFailureError, TransactionReadOnlyError } from '../unit-of-work/errors.js'
import type { MemoryPart } from '../unit-of-work/memory-participant.js'
import type { Isolation } from '../unit-of-work/unit-of-work.js'
import type { Repository } from './repository.js'
import { Overlay, type Rows, type SharedRows, Snapshot, type Stored } from './store.js'

/** What a repository's part in a unit needs of the repository. */
export interface PartSource<T, Id> {
  readonly shared: SharedRows<T>
  readonly isolation: Isolation
  readonly readOnly: boolean
  /** Whether entities have versions, which are compared at the commit. */
  readonly versioned: boolean
  /** What one is called, in errors. */
  readonly name: string
  readonly idOf: (entity: T) => Id
  /** A repository over other rows. */
  readonly over: (rows: Rows<T>) => Repository<T, Id>
}

/** The part of a repository in a new unit. */
export function memoryPart<T, Id>(source: PartSource<T, Id>): MemoryPart<Repository<T, Id>> {
  const { shared, isolation, readOnly } = source
  const begun = shared.writes
  const overlay = new Overlay(isolation === 'read committed' ? shared : new Snapshot(shared))
  return {
    ...partOver(source, overlay, shared),
    subject: source.over(readOnly ? new ReadOnly(overlay) : overlay),
    check: () => {
      for (const change of overlay.changes()) checkChange(source, change)
      if (isolation === 'serializable' && overlay.hasRead && shared.writes !== begun)
        throw new SerializationFailureError()
    },
  }
}

function partOver<T, Id>(
  source: PartSource<T, Id>,
  overlay: Overlay<T>,
  target: Rows<T>,
): MemoryPart<Repository<T, Id>> {
  return {
    subject: source.over(source.readOnly ? new ReadOnly(overlay) : overlay),
    check: () => {},
    apply: () => overlay.apply(target),
    nest: () => partOver(source, new Overlay<T>(overlay), overlay),
  }
}

interface Change<T> {
  readonly key: unknown
  readonly seen: Stored<T> | undefined
}

function checkChange<T, Id>(
  { shared, isolation, versioned, name, idOf }: PartSource<T, Id>,
  { key, seen }: Change<T>,
): void {
  const present = shared.get(key)
  if (present === seen) return
  if (isolation !== 'read committed') throw new SerializationFailureError()
  // Without versions the last one wins, except that two cannot both have made it.
  if (!versioned && seen !== undefined) return
  const entity = (present ?? seen)?.entity
  throw new ConflictError({
    message: `This ${name} was changed by somebody else meanwhile.`,
    details: { id: entity && idOf(entity), expected: seen?.version ?? 0, actual: present?.version },
  })
}

/** Rows that nobody may write. */
class ReadOnly<T> implements Rows<T> {
  readonly #rows: Rows<T>

  constructor(rows: Rows<T>) {
    this.#rows = rows
  }

  get(key: unknown): Stored<T> | undefined {
    return this.#rows.get(key)
  }

  entries(): Iterable<readonly [unknown, Stored<T>]> {
    return this.#rows.entries()
  }

  put(): void {
    throw new TransactionReadOnlyError()
  }
}
