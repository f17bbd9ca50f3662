export { Entity } from './entity.js'
export {
  type Audited,
  isDeleted,
  type Mark,
  markCreated,
  markDeleted,
  markRestored,
  markUpdated,
  type SoftDeletable,
  type Timestamped,
} from './tracking.js'
