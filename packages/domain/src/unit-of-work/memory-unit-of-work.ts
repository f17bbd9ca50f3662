import { invalidOption } from '@base/core/options'
import { createUnitOfWork, type UnitOfWorkOptions } from './create-unit-of-work.js'
import type { Transaction } from './driver.js'
import { type MemoryPart, type MemoryParticipant, takePart } from './memory-participant.js'
import type { UnitOfWork } from './unit-of-work.js'

/**
 * A unit of work over repositories in memory: what a unit writes is seen by itself alone until it commits, all at once.
 *
 * Read committed: a unit sees what others have committed; what it wrote is checked again at the commit, and a version
 * that somebody else has changed meanwhile is a `ConflictError`. Repeatable read: it sees the state at its begin, and
 * the first to commit a row wins. Serializable: as that, and a unit that read what has changed since is run again.
 *
 * @example
 * const users = memoryRepository<User, string>({ id: (user) => user.id, version: 'version' })
 * const unitOfWork = memoryUnitOfWork({ users })
 * await unitOfWork.run(async (tx) => {
 *   await tx.users.save({ id: '1', name: 'Ada' })
 *   await tx.users.save({ id: '2', name: 'Grace' })
 * })
 *
 * @throws InvalidOptionError naming a repository that is none of ours.
 */
export function memoryUnitOfWork<Repos extends object>(
  repositories: Repos,
  options: UnitOfWorkOptions = {},
): UnitOfWork<Repos> {
  const participants = Object.entries(repositories ?? {}).map(([name, participant]) => {
    if (isParticipant(participant)) return [name, participant] as const
    const place = { package: '@base/domain', pattern: 'memoryUnitOfWork', option: name }
    throw invalidOption(
      participant,
      place,
      'a memory repository, or another that takes part in units in memory',
    )
  })
  return createUnitOfWork<Repos>(
    {
      begin: async (settings) =>
        transactionOf(participants.map(([name, one]) => [name, one[takePart](settings)])),
    },
    options,
  )
}

type Parts = readonly (readonly [name: string, part: MemoryPart])[]

function transactionOf<Repos>(parts: Parts): Transaction<Repos> {
  return {
    repositories: Object.fromEntries(parts.map(([name, { subject }]) => [name, subject])) as Repos,
    commit: async () => {
      for (const [, part] of parts) part.check()
      for (const [, part] of parts) part.apply()
    },
    rollback: async () => {},
    savepoint: async () => transactionOf(parts.map(([name, part]) => [name, part.nest()])),
  }
}

function isParticipant(value: unknown): value is MemoryParticipant {
  return typeof value === 'object' && value !== null && takePart in value
}
