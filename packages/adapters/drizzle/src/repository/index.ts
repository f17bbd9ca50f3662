export type { Executor } from '../executor.js'
export { drizzleRepository } from './drizzle-repository.js'
export type {
  ColumnName,
  DrizzleRepositoryOptions,
  MapperOf,
  NewRowOf,
  RowMapper,
  RowOf,
} from './options.js'
export type {
  LockingFindOptions,
  LockingOrderedReadOptions,
  LockingReadOptions,
  LockingRepository,
  LockOptions,
  RowLock,
} from './row-lock.js'
