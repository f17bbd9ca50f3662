import { UnsupportedError } from '@base/core/errors'
import { type Expression, junction, negation } from '@base/core/expression'
import { applicablePolicies } from './applicable.js'
import type { Call } from './call.js'
import { isGranted } from './decide.js'
import { conditionOf } from './judge.js'
import type { CheckedPolicy } from './read-policies.js'

const ALWAYS = junction('and', [])
const NEVER = junction('or', [])

/** The condition under which {@link decide} allows: one policy that permits at least, and none that forbids. */
export function filterOf(call: Call): Expression {
  if (call.mismatch) return NEVER
  const conditions: Record<'allow' | 'deny', Expression[]> = { allow: [], deny: [] }
  for (const policy of applicablePolicies(call)) conditions[policy.effect].push(pushedDown(policy, call))
  const permitted = isGranted(call) ? ALWAYS : anyOf(conditions.allow)
  const forbidden = anyOf(conditions.deny)
  if (isConstant(forbidden)) return forbidden === ALWAYS ? NEVER : permitted
  if (isConstant(permitted)) return permitted === ALWAYS ? negation(forbidden) : NEVER
  return junction('and', [permitted, negation(forbidden)])
}

function pushedDown(policy: CheckedPolicy, call: Call): Expression {
  if (policy.when !== undefined) throw notPushedDown(policy)
  if (policy.where === undefined) return ALWAYS
  try {
    return conditionOf(policy, call)
  } catch {
    // As in a check: what fails permits nothing, and forbids everything.
    return policy.effect === 'deny' ? ALWAYS : NEVER
  }
}

function notPushedDown({ id }: CheckedPolicy): UnsupportedError {
  return new UnsupportedError({
    message: `Policy '${id}' has a 'when': it runs for one thing in memory, and cannot filter a list. Say it by 'where'.`,
    details: { policy: id },
  })
}

/** One of them at least, without those that decide nothing. */
function anyOf(conditions: readonly Expression[]): Expression {
  if (conditions.includes(ALWAYS)) return ALWAYS
  const [first, ...others] = conditions.filter((condition) => condition !== NEVER)
  if (first === undefined) return NEVER
  return others.length === 0 ? first : junction('or', [first, ...others])
}

function isConstant(condition: Expression): boolean {
  return condition === ALWAYS || condition === NEVER
}
