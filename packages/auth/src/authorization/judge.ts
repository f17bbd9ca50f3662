import { checkedExpression, compileExpression, type Expression } from '@base/core/expression'
import type { ExplainedPolicy } from './authorization.js'
import type { Call } from './call.js'
import { isThenable } from './is-thenable.js'
import type { CheckedPolicy } from './read-policies.js'
import { unknownResource } from './unknown-resource.js'

/** What a policy comes to, for one question. */
export interface Verdict extends Pick<ExplainedPolicy, 'outcome' | 'condition'> {
  /** What it threw, where it failed. */
  readonly error?: unknown
}

const APPLIES: Verdict = { outcome: 'applies' }

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

/** Asks a policy whose action and roles fit. Never throws. */
export function judge(policy: CheckedPolicy, call: Call): Verdict {
  try {
    const byCondition = policy.where === undefined ? APPLIES : judgeCondition(policy, call)
    if (policy.when === undefined || byCondition.outcome === 'does_not_apply') return byCondition
    const byFunction = judgeFunction(policy, call)
    if (byFunction === 'does_not_apply') return { outcome: byFunction }
    return byCondition.outcome === 'conditional' ? byCondition : { ...byCondition, outcome: byFunction }
  } catch (error) {
    return { outcome: 'failed', error }
  }
}

/** The condition of a policy for this principal, checked; throws where it is none. */
export function conditionOf({ where }: CheckedPolicy, { principal, context }: Call): Expression {
  const condition = where?.({ principal, context })
  if (condition === undefined || condition === null) throw new TypeError('where must return an expression.')
  if (isThenable(condition)) throw asynchronous('where', condition)
  return checkedExpression('expression' in condition ? condition.expression : condition)
}

function judgeCondition(policy: CheckedPolicy, call: Call): Verdict {
  const condition = conditionOf(policy, call)
  const holds =
    call.resource === undefined ? constant(condition) : compileExpression(condition)(call.resource)
  if (holds === undefined) return { outcome: 'conditional', condition }
  return { outcome: holds ? 'applies' : 'does_not_apply', condition }
}

/** What a condition is whatever the thing; undefined where it depends on it. */
export function constant(condition: Expression): boolean | undefined {
  if (condition.op !== 'and' && condition.op !== 'or') return undefined
  return condition.of.length === 0 ? condition.op === 'and' : undefined
}

function judgeFunction(policy: CheckedPolicy, call: Call): 'applies' | 'does_not_apply' | 'conditional' {
  if (call.resource !== undefined) return ask(policy, call, call.resource) ? 'applies' : 'does_not_apply'
  const { resource, isLookedAt } = unknownResource()
  try {
    const holds = ask(policy, call, resource)
    return isLookedAt() ? 'conditional' : holds ? 'applies' : 'does_not_apply'
  } catch (error) {
    if (isLookedAt()) return 'conditional'
    throw error
  }
}

function ask(
  { when, effect }: CheckedPolicy,
  { principal, context, rules }: Call,
  resource: object,
): boolean {
  const answer = when?.({ principal, action: rules.verb, resource, context })
  if (isThenable(answer)) throw asynchronous('when', answer)
  return effect === 'allow' ? answer === true : Boolean(answer)
}

/** It is refused, so nobody else will hear that it failed. */
function asynchronous(name: string, answer: PromiseLike<unknown>): TypeError {
  answer.then(undefined, () => {})
  return new TypeError(`${name} must not be asynchronous.`)
}
