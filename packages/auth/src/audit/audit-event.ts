import type { Members } from '../members.js'

/** Who did it. */
export interface AuditActor {
  /** Identifies it among all: the subject of a token, the name of a service. */
  readonly id: string
  /** What it is, such as `'user'` or `'service'`. */
  readonly type?: string | undefined
}

/** To what it was done. */
export interface AuditTarget {
  /** What it is, such as `'order'`. */
  readonly type: string
  /** Which one. */
  readonly id: string
}

/** How it ended: done, tried in vain, or not permitted. */
export type AuditOutcome = 'success' | 'failure' | 'denied'

/** Something that happened and that somebody may ask about. */
export interface AuditEvent {
  /** What was done, such as `'order.cancel'`, 1 to 128 characters. Of few distinct values. */
  readonly action: string
  /** Who did it. @defaultValue the principal of the context, if there is one */
  readonly actor?: AuditActor | undefined
  /** To what. @defaultValue nothing */
  readonly target?: AuditTarget | undefined
  /** How it ended. @defaultValue 'success' */
  readonly outcome?: AuditOutcome | undefined
  /** Why, in words for whoever reads it, at most 1,024 characters. @defaultValue none */
  readonly reason?: string | undefined
  /** The thing as it was. What differs from `after` is recorded, not the thing. @defaultValue it was not there */
  readonly before?: unknown
  /** The thing as it is. @defaultValue it is not there any more */
  readonly after?: unknown
  /** What else should be known, such as an address. @defaultValue nothing */
  readonly details?: Members | undefined
  /** On whose behalf. @defaultValue the tenant of the context, if there is one */
  readonly tenant?: string | undefined
  /** What belongs together. @defaultValue the correlation id of the context, if there is one */
  readonly correlationId?: string | undefined
}
