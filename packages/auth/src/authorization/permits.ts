import { applicablePolicies } from './applicable.js'
import type { Call } from './call.js'
import { judge } from './judge.js'

/** What permits an action: permissions of roles, or a policy. */
export interface Permit {
  /** The roles that permit by it; undefined where it is for everyone. */
  readonly roles: ReadonlySet<string> | undefined
  /** The id, where it is a policy. */
  readonly policy?: string
}

/** All that permits an action. */
export interface Permits {
  readonly sure: readonly Permit[]
  /** What depends on a thing that was not given. */
  readonly unsure: readonly Permit[]
}

/** What permits, whatever forbids: {@link decide} comes before. */
export function permitsOf(call: Call): Permits {
  const granted = rolesWithGrant(call)
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

function rolesWithGrant({ rules, lineages }: Call): ReadonlySet<string> {
  const granted = new Set<string>()
  for (const { grants } of rules.chapters)
    for (const lineage of lineages) for (const role of lineage) if (grants.has(role)) granted.add(role)
  return granted
}
