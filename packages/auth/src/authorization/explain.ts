import type {
  AuthorizationDecision,
  AuthorizationExplanation,
  ExplainedGrant,
  ExplainedPolicy,
  PermittedFields,
} from './authorization.js'
import type { Call } from './call.js'
import { applicablePolicies, judge } from './judge.js'
import type { CheckedPolicy } from './read-policies.js'
import type { RoleGraph } from './role-graph.js'

/** A decision with all that went into it. */
export function explain(
  call: Call,
  decided: AuthorizationDecision,
  fields: PermittedFields,
  graph: RoleGraph,
): AuthorizationExplanation {
  const policies = [...applicablePolicies(call)].map((policy) => explainPolicy(policy, call))
  const explained = {
    ...decided,
    action: call.rules.action,
    roles: [...new Set(call.lineages.flat())],
    grants: explainGrants(call, graph),
    policies: policies.sort((a, b) => (a.id < b.id ? -1 : 1)),
    fields,
  }
  return { ...explained, text: textOf(explained, call.mismatch) }
}

function explainPolicy(policy: CheckedPolicy, call: Call): ExplainedPolicy {
  const { id, effect } = policy
  const { outcome, condition } = judge(policy, call)
  return { id, effect, outcome, ...(condition !== undefined && { condition }) }
}

function explainGrants({ rules, lineages }: Call, graph: RoleGraph): readonly ExplainedGrant[] {
  const found = new Map<string, ExplainedGrant>()
  for (const { permission, grants } of rules.chapters)
    for (const lineage of lineages)
      for (const role of lineage) {
        const reason = grants.get(role)
        if (reason === undefined || found.has(reason)) continue
        found.set(reason, { role, permission, through: graph.path(lineage[0] as string, role) })
      }
  return [...found.values()]
}

function textOf(explained: Omit<AuthorizationExplanation, 'text'>, mismatch: string | undefined): string {
  const { decision, action, roles, grants, policies, fields, errors } = explained
  const lines = [`${action}: ${decision}`, `roles: ${roles.join(', ') || 'none'}`]
  if (mismatch !== undefined) lines.push(`asked about one of the type '${mismatch}'`)
  for (const { permission, through } of grants)
    lines.push(`permitted by '${permission}' of ${through.join(' → ')}`)
  for (const { id, effect, outcome } of policies)
    lines.push(`policy '${id}' (${effect}) ${outcome.replaceAll('_', ' ')}`)
  for (const { policy, error } of errors) lines.push(`policy '${policy}' failed: ${messageOf(error)}`)
  if (grants.length === 0 && policies.length === 0) lines.push('nothing is said about it')
  if (!fields.all && decision !== 'deny') lines.push(`fields: ${fields.fields.join(', ') || 'none'}`)
  return lines.join('\n')
}

/** A policy may throw anything, also what has no text. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'something that has no text'
  }
}
