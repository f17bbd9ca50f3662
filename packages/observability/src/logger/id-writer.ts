import type { ContextIds } from './context-ids.js'
import type { IdKeys } from './line-format.js'
import { quote } from './quote.js'
import { CENSORED, type Place } from './redaction.js'

const NONE: readonly string[] = []

/** The keys of the ids that there are. */
export function idKeys(ids: ContextIds, keys: IdKeys): readonly string[] {
  const { correlationId, tenantId, traceId } = ids
  if (correlationId === undefined && tenantId === undefined && traceId === undefined) return NONE
  const present: string[] = []
  if (correlationId !== undefined) present.push(keys.correlationId)
  if (tenantId !== undefined) present.push(keys.tenantId)
  if (traceId === undefined) return present
  present.push(keys.traceId, keys.spanId)
  if (keys.traceFlags !== undefined) present.push(keys.traceFlags)
  return present
}

export class IdWriter {
  readonly #keys: IdKeys
  readonly #hidden: ReadonlySet<string>
  /** What was written last: the next line is often of the same request. */
  #correlationId: string | undefined
  #tenantId: string | undefined
  #context = ''

  constructor(keys: IdKeys, top: Place) {
    this.#keys = keys
    const hidden = Object.values(keys as unknown as Record<string, string>).filter(
      (key) => top.key(key).hidden,
    )
    this.#hidden = new Set(hidden)
  }

  /** The ids that there are, each after a comma. */
  json({ correlationId, tenantId, traceId, spanId, traceFlags }: ContextIds): string {
    if (correlationId !== this.#correlationId || tenantId !== this.#tenantId) {
      this.#correlationId = correlationId
      this.#tenantId = tenantId
      this.#context =
        this.#field(this.#keys.correlationId, correlationId) + this.#field(this.#keys.tenantId, tenantId)
    }
    if (traceId === undefined) return this.#context
    const span = this.#field(this.#keys.traceId, traceId) + this.#field(this.#keys.spanId, spanId)
    if (this.#keys.traceFlags === undefined) return this.#context + span
    return this.#context + span + this.#field(this.#keys.traceFlags, traceFlags.toString(16).padStart(2, '0'))
  }

  #field(key: string, value: string | undefined): string {
    if (value === undefined) return ''
    return `,"${key}":${this.#hidden.has(key) ? CENSORED : quote(value)}`
  }
}
