export type { Executor } from '../executor.js'
export { type DrizzleLockOptions, drizzleLock } from './drizzle-lock.js'
export { lockMigrations } from './lock-migrations.js'
