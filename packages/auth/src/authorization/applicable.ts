import type { Call } from './call.js'
import type { CheckedPolicy } from './read-policies.js'

/** The policies about this action for this principal, each once. */
export function applicablePolicies({ rules, lineages }: Call): Iterable<CheckedPolicy> {
  const [only, ...others] = rules.policed
  if (only === undefined) return []
  if (others.length === 0 && only.byRole.size === 0) return only.general
  const found = new Set<CheckedPolicy>()
  for (const { general, byRole } of rules.policed) {
    for (const policy of general) found.add(policy)
    if (byRole.size === 0) continue
    for (const lineage of lineages)
      for (const role of lineage) for (const policy of byRole.get(role) ?? []) found.add(policy)
  }
  return found
}
