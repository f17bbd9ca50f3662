export { causationId, causedBy } from './causation.js'
export { type CloudEvent, type CloudEventOptions, fromCloudEvent, toCloudEvent } from './cloud-event.js'
export {
  type CloudEventMessage,
  type ReceivedMessage,
  readCloudEvent,
  toBinary,
  toStructured,
} from './cloud-event-http.js'
export { defineEvent, type EventDefinition, type EventMeta } from './define-event.js'
export type { DomainEvent } from './domain-event.js'
