import { UnsupportedError } from '@base/core/errors'
import { type Expression, junction, negation } from '@base/core/expression'
import type { Call } from './call.js'
import { isGranted } from './decide.js'
import { applicablePolicies, conditionOf, constant } from './judge.js'
import type { CheckedPolicy } from './read-policies.js'

const ALWAYS = junction('and', [])
const NEVER = junction('or', [])

/** When one policy of an effect applies at least, as far as conditions say it. */
interface Pushed {
  readonly condition: Expression
  /** A policy that might apply beyond that. */
  readonly left: CheckedPolicy | undefined
}

/** The condition under which {@link decide} allows: one policy that permits at least, and none that forbids. */
export function filterOf(call: Call): Expression {
  if (call.mismatch !== undefined) return NEVER
  const policies = [...applicablePolicies(call)]
  const forbidden = pushDown(policies, 'deny', call)
  if (forbidden.condition === ALWAYS) return NEVER
  const permitted = isGranted(call) ? ALWAYS : decided(pushDown(policies, 'allow', call))
  if (permitted === NEVER || decided(forbidden) === NEVER) return permitted
  if (permitted === ALWAYS) return negation(forbidden.condition)
  return junction('and', [permitted, negation(forbidden.condition)])
}

function pushDown(policies: readonly CheckedPolicy[], effect: 'allow' | 'deny', call: Call): Pushed {
  const conditions: Expression[] = []
  let left: CheckedPolicy | undefined
  for (const policy of policies) {
    if (policy.effect !== effect) continue
    const condition = pushedDown(policy, call)
    if (condition === undefined) left ??= policy
    else conditions.push(condition)
  }
  return { condition: anyOf(conditions), left }
}

/** The condition of a policy; undefined where its function decides. */
function pushedDown(policy: CheckedPolicy, call: Call): Expression | undefined {
  try {
    const condition = policy.where === undefined ? ALWAYS : folded(conditionOf(policy, call))
    return policy.when === undefined || condition === NEVER ? condition : undefined
  } catch {
    // As in a check: what fails permits nothing, and forbids everything.
    return policy.effect === 'deny' ? ALWAYS : NEVER
  }
}

function folded(condition: Expression): Expression {
  const holds = constant(condition)
  return holds === undefined ? condition : holds ? ALWAYS : NEVER
}

/** The condition, where no function could add to it. */
function decided({ condition, left }: Pushed): Expression {
  if (left === undefined || condition === ALWAYS) return condition
  throw new UnsupportedError({
    message: `Policy '${left.id}' has a 'when': it runs for one thing in memory, and cannot filter a list. Say it by 'where'.`,
    details: { policy: left.id },
  })
}

/** One of them at least, without those that decide nothing. */
function anyOf(conditions: readonly Expression[]): Expression {
  if (conditions.includes(ALWAYS)) return ALWAYS
  const [first, ...others] = conditions.filter((condition) => condition !== NEVER)
  if (first === undefined) return NEVER
  return others.length === 0 ? first : junction('or', [first, ...others])
}
