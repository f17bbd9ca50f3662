import { correlationId, principal, tenantId } from '@base/core/context'
import { checkOneOf, checkText, invalidOption, type OptionPlace } from '@base/core/options'
import { kindOfSecret } from '../kind-of-secret.js'
import { placeOf } from '../place.js'
import { checkName } from '../tokens/opaque/check-name.js'
import type { AuditEntry, AuditJson } from './audit-entry.js'
import type { AuditActor, AuditEvent, AuditTarget } from './audit-event.js'
import { changesOf } from './diff.js'
import { shown, toPlain } from './plain.js'
import { redactText } from './redaction.js'
import type { IsSecretName } from './secret-names.js'

/** An entry without its place in the chain. */
export type Draft = Omit<AuditEntry, 'v' | 'chain' | 'sequence' | 'previous' | 'keyId' | 'hash'>

/** What an event says, checked, redacted, and as plain JSON. */
export type EventFacts = Omit<Draft, 'id' | 'time'>

const LONGEST_ACTION = 128
const LONGEST_REASON = 1_024
const OUTCOMES = ['success', 'failure', 'denied'] as const

/** Names parts of an event in errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('createAudit')

/** What an event says. @throws InvalidOptionError naming what is wrong with it. */
export function readEvent(event: AuditEvent, isSecretName: IsSecretName): EventFacts {
  if (typeof event !== 'object' || event === null) throw invalidOption(event, place('event'), 'an object')
  const { action, outcome = 'success', reason, target } = event
  const actor = event.actor ?? principal.get()
  const tenant = event.tenant ?? tenantId.get()
  const correlation = event.correlationId ?? correlationId.get()
  return {
    action: checkName(checkText(action, { ...place('action'), maxLength: LONGEST_ACTION }), place('action')),
    outcome: checkOneOf(outcome, OUTCOMES, place('outcome')),
    ...(actor !== undefined && { actor: readActor(actor) }),
    ...(target !== undefined && { target: readTarget(target) }),
    ...(reason !== undefined && { reason: readReason(reason, isSecretName) }),
    ...(tenant !== undefined && { tenant: checkName(tenant, place('tenant')) }),
    ...(correlation !== undefined && { correlationId: checkName(correlation, place('correlationId')) }),
    ...readChanges(event, isSecretName),
    ...readDetails(event, isSecretName),
  }
}

/** A principal of the context has more than belongs here. */
function readActor({ id, type }: AuditActor): AuditActor {
  return {
    id: checkName(id, place('actor.id')),
    ...(type !== undefined && { type: checkName(type, place('actor.type')) }),
  }
}

function readTarget(target: AuditTarget): AuditTarget {
  const { type, id } = target ?? {}
  return { type: checkName(type, place('target.type')), id: checkName(id, place('target.id')) }
}

function readReason(reason: unknown, isSecretName: IsSecretName): string {
  return redactText(checkText(reason, { ...place('reason'), maxLength: LONGEST_REASON }), isSecretName)
}

function readChanges(event: AuditEvent, isSecretName: IsSecretName): Pick<EventFacts, 'changes'> {
  if (event.before === undefined && event.after === undefined) return {}
  const before = toPlain(event.before, isSecretName, place('before'))
  return { changes: changesOf(before, toPlain(event.after, isSecretName, place('after'))) }
}

function readDetails({ details }: AuditEvent, isSecretName: IsSecretName): Pick<EventFacts, 'details'> {
  if (details === undefined) return {}
  const plain = toPlain(details, isSecretName, place('details'))
  const json = plain === undefined ? null : shown(plain)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalidOption(Array.isArray(json) ? 'a list' : kindOfSecret(json), place('details'), 'an object')
  return { details: json as { readonly [key: string]: AuditJson } }
}
