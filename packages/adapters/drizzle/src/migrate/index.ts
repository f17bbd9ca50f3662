export type { Executor } from '../executor.js'
export { type MigrateOptions, type Migration, type MigrationReport, migrate } from './migrate.js'
export { MigrationEditedError } from './migration-edited-error.js'
export { MigrationFailedError } from './migration-failed-error.js'
