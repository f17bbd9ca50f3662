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
