import { type DiagnosticsChannel, diagnosticsChannel } from '@base/core/diagnostics'
import { Emitter } from '@base/core/events'

/** What every event tells. */
export interface IdempotencyEvent {
  /** The key, as it was given. */
  readonly key: string
}

/** What a `run` tells. */
export interface IdempotencyRunEvent extends IdempotencyEvent {
  /** Above that of every earlier run of this key. */
  readonly fence: bigint
  /** Whether another ran before, and its lease ended before it did. */
  readonly takeover: boolean
}

/** What a `storeFailed` tells. */
export interface IdempotencyStoreEvent extends IdempotencyEvent {
  /** What the store was asked for. */
  readonly operation: 'claim' | 'renew' | 'complete' | 'release'
  /** What it threw, or that it did not answer in time. */
  readonly error: unknown
}

/** The events of an `Idempotency`. */
export interface IdempotencyEvents {
  /** A key was claimed, and its function is called. */
  readonly run: IdempotencyRunEvent
  /** An outcome that was kept was given again. */
  readonly replay: IdempotencyEvent
  /** A request was refused, as the same one is running. */
  readonly inProgress: IdempotencyEvent
  /** A request was refused, as its key belongs to another. */
  readonly mismatch: IdempotencyEvent
  /** A run has lost its lease: another may run beside it. */
  readonly lost: IdempotencyEvent
  /** The store failed. One for each attempt. */
  readonly storeFailed: IdempotencyStoreEvent
}

/** The names of the events. */
export type IdempotencyEventName = keyof IdempotencyEvents

const channels: { readonly [Name in IdempotencyEventName]: DiagnosticsChannel<IdempotencyEvents[Name]> } = {
  run: /* @__PURE__ */ diagnosticsChannel('base:application:idempotency:run'),
  replay: /* @__PURE__ */ diagnosticsChannel('base:application:idempotency:replay'),
  inProgress: /* @__PURE__ */ diagnosticsChannel('base:application:idempotency:inProgress'),
  mismatch: /* @__PURE__ */ diagnosticsChannel('base:application:idempotency:mismatch'),
  lost: /* @__PURE__ */ diagnosticsChannel('base:application:idempotency:lost'),
  storeFailed: /* @__PURE__ */ diagnosticsChannel('base:application:idempotency:storeFailed'),
}

/** Those who hear of what happens to keys. */
export class Observers extends Emitter<IdempotencyEvents> {
  constructor() {
    const events = Object.keys(channels) as IdempotencyEventName[]
    super({ package: '@base/application', pattern: 'Idempotency', events })
  }

  tell<Name extends IdempotencyEventName>(event: Name, payload: IdempotencyEvents[Name]): void {
    this.emit(event, payload)
    const channel: DiagnosticsChannel<IdempotencyEvents[Name]> = channels[event]
    if (channel.hasSubscribers) channel.publish(payload)
  }
}
