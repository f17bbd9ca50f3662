import type { AuthorizationDecision, PermittedFields } from './authorization.js'
import type { Call } from './call.js'
import { type Permit, permitsOf } from './permits.js'
import type { RoleGraph } from './role-graph.js'

const ALL: PermittedFields = Object.freeze({ all: true, fields: Object.freeze([]) })

/** No field at all. */
export const NO_FIELDS: PermittedFields = Object.freeze({ all: false, fields: Object.freeze([]) })

/** The fields of an action that is not denied; of a type alone, those of every thing for which it is permitted. */
export function permittedFields(call: Call, graph: RoleGraph): PermittedFields {
  if (call.rules.fields === undefined) return ALL
  const { sure, unsure } = permitsOf(call)
  if (sure.length > 0) return sure.map((permit) => fieldsOf(permit, call, graph)).reduce(either)
  return unsure.length > 0 ? unsure.map((permit) => fieldsOf(permit, call, graph)).reduce(both) : NO_FIELDS
}

/** What a decision that is no denial is for one field. */
export function decideField(
  field: string,
  decision: AuthorizationDecision,
  call: Call,
  graph: RoleGraph,
): AuthorizationDecision {
  if (isPermitted(field, permittedFields(call, graph))) return decision
  // One thing may be permitted by what gives the field, and another by what does not.
  const giving = permitsOf(call).unsure.filter((one) => isPermitted(field, fieldsOf(one, call, graph)))
  if (giving.length === 0) return { ...decision, decision: 'deny', reasons: [] }
  if (decision.decision === 'conditional') return decision
  return {
    ...decision,
    decision: 'conditional',
    reasons: giving.flatMap(({ policy }) => policy ?? []).sort(),
  }
}

/**
 * The fields that come with what permits: those of its roles and of the roles that inherit from them, and all where one
 * of its roles has no rule. What is for everyone is for each role of the principal.
 */
function fieldsOf({ roles }: Permit, call: Call, graph: RoleGraph): PermittedFields {
  if (roles === undefined && isEveryoneUnlimited(call)) return ALL
  const fields = new Set<string>()
  for (const lineage of call.lineages)
    for (const role of lineage) {
      const paths = call.rules.fields?.get(role)
      if (paths === undefined && roles?.has(role)) return ALL
      if (paths === undefined) continue
      if (roles !== undefined && !graph.lineage(role).some((one) => roles.has(one))) continue
      for (const path of paths) fields.add(path)
    }
  return limitedTo(fields)
}

/** Whether a principal has a role of its own that no rule limits, or none at all; what nobody has defined is no role. */
function isEveryoneUnlimited({ rules, lineages }: Call): boolean {
  const held = lineages.filter((lineage) => lineage.length > 0)
  return held.length === 0 || held.some((lineage) => !lineage.some((role) => rules.fields?.has(role)))
}

/** Whether a field is one of them, or below one. */
function isPermitted(field: string, { all, fields }: PermittedFields): boolean {
  return all || fields.some((path) => field === path || field.startsWith(`${path}.`))
}

function either(a: PermittedFields, b: PermittedFields): PermittedFields {
  return a.all || b.all ? ALL : limitedTo(new Set([...a.fields, ...b.fields]))
}

function both(a: PermittedFields, b: PermittedFields): PermittedFields {
  if (a.all) return b
  if (b.all) return a
  const within = (one: PermittedFields, other: PermittedFields) =>
    one.fields.filter((field) => isPermitted(field, other))
  return limitedTo(new Set([...within(a, b), ...within(b, a)]))
}

function limitedTo(fields: ReadonlySet<string>): PermittedFields {
  return { all: false, fields: [...fields].sort() }
}
