import { createUnitOfWork, type UnitOfWork, type UnitTransaction } from '@base/domain/unit-of-work'
import type { Database, Queries } from './database.ts'

/** Units of work on the database: what `makeRepositories` makes of a transaction's queries is saved together or not at all. */
export function unitOfWorkOn<Repos extends object>(
  database: Database,
  makeRepositories: (queries: Queries) => Repos,
): UnitOfWork<Repos> {
  return createUnitOfWork({ begin: () => begin(database, makeRepositories) })
}

class RolledBack extends Error {}

/** Turns a transaction that runs a function into one that is ended from outside. */
async function begin<Repos extends object>(
  database: Database,
  makeRepositories: (queries: Queries) => Repos,
): Promise<UnitTransaction<Repos>> {
  const opened = Promise.withResolvers<Queries>()
  const end = Promise.withResolvers<void>()
  const ended = database.transaction((queries) => {
    opened.resolve(queries)
    return end.promise
  })
  ended.catch(opened.reject)
  const queries = await opened.promise
  return {
    repositories: makeRepositories(queries),
    commit: () => {
      end.resolve()
      return ended
    },
    rollback: async () => {
      end.reject(new RolledBack())
      await ended.catch((error) => {
        if (!(error instanceof RolledBack)) throw error
      })
    },
    savepoint: async () => {
      await queries.exec('savepoint part')
      return {
        release: async () => void (await queries.exec('release savepoint part')),
        rollback: async () => void (await queries.exec('rollback to savepoint part; release savepoint part')),
      }
    },
  }
}
