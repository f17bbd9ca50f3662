import { wrong } from './place.js'
import type { CheckedDefinition } from './read-definition.js'
import type { RoleGraph } from './role-graph.js'
import type { ActionRules, RuleBook } from './rule-book.js'

/**
 * Refuses a rule of fields that nobody is under: its role inherits from one that may do the action, whatever the thing, with all
 * fields. What somebody has read as a limit would be none.
 *
 * @throws InvalidOptionError naming the rule.
 */
export function checkEffectiveFields({ fields }: CheckedDefinition, graph: RoleGraph, book: RuleBook): void {
  for (const { role, action, paths } of fields) {
    const rules = book.find(action)
    const lifting = rules && graph.lineage(role).find((one) => one !== role && givesAll(one, rules, graph))
    if (lifting === undefined) continue
    const allowed = `left out, without effect: '${role}' inherits from '${lifting}', which may use all fields`
    throw wrong(`fields.${role}.${action}`, allowed, paths)
  }
}

/** Whether a role gives an action with all fields to everybody who has it. */
function givesAll(role: string, { chapters, fields }: ActionRules, graph: RoleGraph): boolean {
  if (fields?.has(role) === true) return false
  if (chapters.some(({ grants }) => grants.has(role))) return true
  // By a policy a role is under the rules that it inherits.
  if (graph.lineage(role).some((one) => fields?.has(one))) return false
  return chapters.some(({ byRole }) =>
    byRole
      .get(role)
      ?.some(({ effect, where, when }) => effect === 'allow' && where === undefined && when === undefined),
  )
}
