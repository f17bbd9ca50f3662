import type { Result } from '@base/core/result'
import { expectTypeOf } from 'vitest'
import {
  type Audit,
  type AuditChainError,
  type AuditChange,
  type AuditEntry,
  type AuditHead,
  createAudit,
  diff,
} from './index.js'

const audit = createAudit()
expectTypeOf(audit).toEqualTypeOf<Audit>()
expectTypeOf(audit.record({ action: 'a' })).resolves.toEqualTypeOf<AuditEntry>()
expectTypeOf(audit.verify()).resolves.toEqualTypeOf<Result<AuditHead | undefined, AuditChainError>>()
expectTypeOf(diff({}, {})).toEqualTypeOf<readonly AuditChange[]>()
// @ts-expect-error an event has an action
audit.record({})
// @ts-expect-error an outcome that there is not
audit.record({ action: 'a', outcome: 'maybe' })

const text = undefined as string | undefined
const member = { target: undefined, outcome: undefined, reason: text, details: undefined, tenant: text }
audit.record({ action: 'a', actor: { id: 'x', type: text }, correlationId: text, ...member })
audit.record({ action: 'a', actor: undefined })
audit.verify({ after: undefined, anchor: undefined })
diff({}, {}, { redact: undefined })

interface Attempt {
  readonly address: string
  readonly device?: string
}
class Device {
  readonly #serial = ''
  get serial() {
    return this.#serial
  }
}
const attempt = {} as Attempt
audit.record({ action: 'a', details: attempt })
audit.record({ action: 'a', details: new Device() })
audit.record({ action: 'a', details: { ...attempt, at: new Date() } })
// @ts-expect-error a list has no members by name
audit.record({ action: 'a', details: [attempt] })
// @ts-expect-error a text neither
audit.record({ action: 'a', details: 'text' })
// @ts-expect-error a promise holds them elsewhere
audit.record({ action: 'a', details: Promise.resolve(attempt) })
// @ts-expect-error a date is no object of details
audit.record({ action: 'a', details: new Date() })
// @ts-expect-error nor is a set
audit.record({ action: 'a', details: new Set(['a']) })
// @ts-expect-error nor is a function
audit.record({ action: 'a', details: () => attempt })
