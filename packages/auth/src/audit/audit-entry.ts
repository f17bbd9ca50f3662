import type { AuditActor, AuditOutcome, AuditTarget } from './audit-event.js'

/** What JSON carries. */
export type AuditJson =
  | null
  | boolean
  | number
  | string
  | readonly AuditJson[]
  | { readonly [key: string]: AuditJson }

/** One place that differs. */
export interface AuditChange {
  /** Where, as a JSON pointer (RFC 6901); `''` is the whole. */
  readonly path: string
  /** What was there; absent where nothing was. */
  readonly before?: AuditJson
  /** What is there; absent where nothing is. */
  readonly after?: AuditJson
}

/** What was recorded: plain JSON, which its hash ties to all that was recorded before it. */
export interface AuditEntry {
  /** The form of the entry. */
  readonly v: 1
  /** Identifies it: a UUID of version 7. */
  readonly id: string
  /** The chain it belongs to. */
  readonly chain: string
  /** Its place in the chain, from 1, without gaps. */
  readonly sequence: number
  /** When it was recorded, in ISO 8601. Clocks differ: the order is that of `sequence`. */
  readonly time: string
  /** What was done. */
  readonly action: string
  /** How it ended. */
  readonly outcome: AuditOutcome
  /** Who did it. */
  readonly actor?: AuditActor
  /** To what. */
  readonly target?: AuditTarget
  /** Why. */
  readonly reason?: string
  /** On whose behalf. */
  readonly tenant?: string
  /** What belongs together. */
  readonly correlationId?: string
  /** What differs, in the order of paths; present if there was a before or an after. */
  readonly changes?: readonly AuditChange[]
  /** What else should be known. */
  readonly details?: { readonly [key: string]: AuditJson }
  /** The hash of the entry before it; `''` for the first. */
  readonly previous: string
  /** The key of the hash; absent where it has none. */
  readonly keyId?: string
  /** SHA-256, or HMAC-SHA-256 under the key, of all the rest in canonical JSON: 43 characters of base64url. */
  readonly hash: string
}

/** Where a chain stands. Keep one elsewhere from time to time: nobody can shorten or rewrite what it stands for. */
export interface AuditHead {
  /** The place of the last entry, from 1. */
  readonly sequence: number
  /** The hash of the last entry. */
  readonly hash: string
}
