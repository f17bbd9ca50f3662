export { checkDeletion, readPageOptions } from './checks.js'
export type { EntityMapper } from './entity-mapper.js'
export { memoryRepository } from './memory-repository.js'
export type { MemoryRepositoryOptions } from './memory-settings.js'
export type {
  CallOptions,
  DeleteWhereOptions,
  FindOptions,
  OrderedReadOptions,
  PageOptions,
  ReadOptions,
  Repository,
} from './repository.js'
export { readTracking, type Tracking, type TrackingOptions } from './tracking-options.js'
