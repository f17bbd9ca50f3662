import type { AuthorizationDecision, PermittedFields } from './authorization.js'
import type { Call } from './call.js'
import { applicablePolicies, judge } from './judge.js'
import type { RoleGraph } from './role-graph.js'
import type { ActionRules } from './rule-book.js'

/** What permits an action: permissions of roles, or a policy. */
interface Permit {
  /** The roles that permit by it; undefined where it is for everyone. */
  readonly roles: ReadonlySet<string> | undefined
  /** The id, where it is a policy. */
  readonly policy?: string
}

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

/** All that permits, whatever forbids, for {@link decide} comes before. `unsure` is what depends on a thing that was not given. */
function permitsOf(call: Call): { readonly sure: readonly Permit[]; readonly unsure: readonly Permit[] } {
  const { rules, lineages } = call
  const granted = new Set<string>()
  for (const { grants } of rules.chapters)
    for (const lineage of lineages) for (const role of lineage) if (grants.has(role)) granted.add(role)
  const sure: Permit[] = granted.size > 0 ? [{ roles: granted }] : []
  const unsure: Permit[] = []
  for (const policy of applicablePolicies(call)) {
    if (policy.effect === 'deny') continue
    const { outcome } = judge(policy, call)
    const permit = { roles: policy.roles && new Set(policy.roles), policy: policy.id }
    if (outcome === 'applies') sure.push(permit)
    else if (outcome === 'conditional') unsure.push(permit)
  }
  return { sure, unsure }
}

/** The fields that come with what permits. */
function fieldsOf({ roles, policy }: Permit, call: Call, graph: RoleGraph): PermittedFields {
  if (roles === undefined) return fieldsOfEveryone(call)
  const { rules, lineages } = call
  const isLimited = (role: string) => rules.fields?.has(role) === true
  const counted = new Set<string>()
  for (const role of lineages.flat()) {
    if (isLimited(role)) {
      if (graph.lineage(role).some((one) => roles.has(one))) counted.add(role)
    } else if (roles.has(role)) {
      // A policy that names a role is no reason to leave what the role inherits.
      const limiting = policy === undefined ? [] : graph.lineage(role).filter(isLimited)
      if (limiting.length === 0) return ALL
      for (const one of limiting) counted.add(one)
    }
  }
  return limitedBy(counted, rules)
}

/** Under the rules of all roles: one without a rule may have nothing to do with the action, and lifts none. */
function fieldsOfEveryone({ rules, lineages }: Call): PermittedFields {
  const held = lineages.flat()
  const limiting = held.filter((role) => rules.fields?.has(role))
  if (limiting.length > 0) return limitedBy(limiting, rules)
  // What a role would limit that is not there any more, or not yet, nobody knows.
  return lineages.length > 0 && held.length === 0 ? NO_FIELDS : ALL
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

function limitedBy(roles: Iterable<string>, { fields }: ActionRules): PermittedFields {
  return limitedTo(new Set([...roles].flatMap((role) => fields?.get(role) ?? [])))
}

function limitedTo(fields: ReadonlySet<string>): PermittedFields {
  return { all: false, fields: [...fields].sort() }
}
