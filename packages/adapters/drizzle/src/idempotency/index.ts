export type { Executor } from '../executor.js'
export {
  type DrizzleIdempotencyStore,
  type DrizzleIdempotencyStoreOptions,
  drizzleIdempotencyStore,
} from './drizzle-idempotency-store.js'
export { idempotencyMigrations } from './idempotency-migrations.js'
