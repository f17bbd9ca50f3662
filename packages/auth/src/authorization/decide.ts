import type { AuthorizationDecision, PolicyFailure } from './authorization.js'
import type { Call } from './call.js'
import { applicablePolicies, judge } from './judge.js'

/** Whether a permission covers the action, whatever the policies say. */
export function isGranted({ rules, lineages }: Call): boolean {
  for (const { grants } of rules.chapters)
    for (const lineage of lineages) for (const role of lineage) if (grants.has(role)) return true
  return false
}

/** The permissions that cover the action, by their reasons. */
function grantsOf({ rules, lineages }: Call): string[] {
  const reasons: string[] = []
  for (const { grants } of rules.chapters)
    for (const lineage of lineages)
      for (const role of lineage) {
        const reason = grants.get(role)
        if (reason !== undefined && !reasons.includes(reason)) reasons.push(reason)
      }
  return reasons
}

/** How the policies came out, by what they would do: one that fails and forbids does so all the same. */
interface Votes {
  readonly allow: string[]
  readonly deny: string[]
  readonly mayAllow: string[]
  readonly mayDeny: string[]
  readonly errors: PolicyFailure[]
}

/** Decides: what denies wins, then what permits; where nothing permits it is denied. Every policy is asked, so no order shows. */
export function decide(call: Call): AuthorizationDecision {
  if (call.mismatch !== undefined) return result('deny', [], [])
  const grants = grantsOf(call)
  if (call.rules.policed.length === 0) return result(grants.length > 0 ? 'allow' : 'deny', grants, [])
  const { allow, deny, mayAllow, mayDeny, errors } = ask(call)
  if (deny.length > 0) return result('deny', deny, errors)
  const permits = [...grants, ...allow]
  const mayPermit = permits.length > 0 || mayAllow.length > 0
  if (mayDeny.length > 0 && mayPermit)
    return result('conditional', [...mayDeny, ...(permits.length > 0 ? [] : mayAllow)], errors)
  if (permits.length > 0) return result('allow', permits, errors)
  return result(mayAllow.length > 0 ? 'conditional' : 'deny', mayAllow, errors)
}

function ask(call: Call): Votes {
  const votes: Votes = { allow: [], deny: [], mayAllow: [], mayDeny: [], errors: [] }
  for (const policy of applicablePolicies(call)) {
    const { id, effect } = policy
    const verdict = judge(policy, call)
    if (verdict.outcome === 'failed') {
      votes.errors.push({ policy: id, error: verdict.error })
      if (effect === 'deny') votes.deny.push(id)
    } else if (verdict.outcome === 'applies') votes[effect].push(id)
    else if (verdict.outcome === 'conditional') votes[effect === 'allow' ? 'mayAllow' : 'mayDeny'].push(id)
  }
  return votes
}

function result(
  decision: AuthorizationDecision['decision'],
  reasons: string[],
  errors: PolicyFailure[],
): AuthorizationDecision {
  if (reasons.length > 1) reasons.sort()
  if (errors.length > 1) errors.sort((a, b) => (a.policy < b.policy ? -1 : 1))
  return { decision, reasons, errors }
}
