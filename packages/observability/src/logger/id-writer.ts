import type { ContextIds } from './context-ids.js'
import type { IdKeys } from './line-format.js'
import { quote } from './quote.js'

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
  /** What was written last: the next line is often of the same request. */
  #correlationId: string | undefined
  #tenantId: string | undefined
  #context = ''

  constructor(keys: IdKeys) {
    this.#keys = keys
  }

  /** The ids that there are, each after a comma. */
  json({ correlationId, tenantId, traceId, spanId, traceFlags }: ContextIds): string {
    if (correlationId !== this.#correlationId || tenantId !== this.#tenantId) {
      this.#correlationId = correlationId
      this.#tenantId = tenantId
      this.#context = field(this.#keys.correlationId, correlationId) + field(this.#keys.tenantId, tenantId)
    }
    if (traceId === undefined) return this.#context
    const span = field(this.#keys.traceId, traceId) + field(this.#keys.spanId, spanId)
    if (this.#keys.traceFlags === undefined) return this.#context + span
    return this.#context + span + field(this.#keys.traceFlags, traceFlags.toString(16).padStart(2, '0'))
  }
}

function field(key: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${key}":${quote(value)}`
}
