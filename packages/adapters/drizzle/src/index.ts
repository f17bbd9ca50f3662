export { withFailures } from './failures/index.js'
export { type DrizzleLockOptions, drizzleLock, lockMigrations } from './lock/index.js'
export {
  type MigrateOptions,
  type Migration,
  MigrationEditedError,
  MigrationFailedError,
  type MigrationReport,
  migrate,
} from './migrate/index.js'
export {
  type ClaimFolderOptions,
  claimFolder,
  type FolderClaim,
  FolderTakenError,
} from './pglite/index.js'
export { guardPool, type PrepareStatementsOptions, prepareStatements } from './pool/index.js'
export {
  type ColumnName,
  type DrizzleRepositoryOptions,
  drizzleRepository,
  type Executor,
  type LockingFindOptions,
  type LockingOrderedReadOptions,
  type LockingReadOptions,
  type LockingRepository,
  type LockOptions,
  type MapperOf,
  type NewRowOf,
  type RowLock,
  type RowMapper,
  type RowOf,
} from './repository/index.js'
export { compileSpecification, type FieldMap, type FieldSource } from './specification/index.js'
export {
  checkTenantIsolation,
  type RlsPoliciesOptions,
  rlsPolicies,
  type TenantIsolationOptions,
  TenantsNotIsolatedError,
  withTenant,
} from './tenancy/index.js'
export {
  type DrizzleUnitOfWorkOptions,
  drizzleUnitOfWork,
  NestedRootQueryError,
  nodePostgres,
  pglite,
  type UnitDatabase,
  type UnitDatabaseOptions,
} from './unit-of-work/index.js'
