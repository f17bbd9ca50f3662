export {
  type ColumnName,
  type DrizzleRepositoryOptions,
  drizzleRepository,
  type Executor,
  type NewRowOf,
  type RowMapper,
  type RowOf,
} from './repository/index.js'
export { compileSpecification, type FieldMap, type FieldSource } from './specification/index.js'
export {
  type DrizzleUnitOfWorkOptions,
  drizzleUnitOfWork,
  NestedRootQueryError,
  nodePostgres,
  pglite,
  type UnitDatabase,
} from './unit-of-work/index.js'
