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
