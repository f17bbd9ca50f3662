export type { Executor } from '../executor.js'
export { drizzleRepository } from './drizzle-repository.js'
export type { ColumnName, DrizzleRepositoryOptions, NewRowOf, RowMapper, RowOf } from './options.js'
export type { LockingRepository, LockOptions, RowLock } from './row-lock.js'
