import type { Expression } from '@base/core/expression'
import { specificationOf } from '@base/domain/specification'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineAuthorization } from './index.js'
import { anyFields, anyRuleSet, type Doc, docs, FIELDS, type RuleSet } from './test-rules.js'

const define = (definition: RuleSet['definition']) => defineAuthorization()(definition as never)
/** With those rules of fields that are not refused, since they would be without effect. */
function defineWith(
  definition: RuleSet['definition'],
  fields: Readonly<Record<string, object | undefined>>,
): ReturnType<typeof define> {
  try {
    return define({ ...definition, fields } as never)
  } catch (error) {
    const [, role] = /fields\.(\w+)\.doc:\w+ must be left out/.exec((error as Error).message) ?? []
    if (role === undefined) throw error
    return defineWith(definition, { ...fields, [role]: undefined })
  }
}

const numRuns = runs({ ci: 10_000, soak: 50_000 })

/** What the words of the README say, as plainly as can be: no index, no order, no shortcut. */
function allowed({ definition, principal, verb }: RuleSet, doc: Doc): boolean {
  const held = new Set<string>()
  const hold = (role: string): void => {
    if (!definition.roles.includes(role)) return
    held.add(role)
    for (const parent of definition.inherits[role] ?? []) hold(parent)
  }
  for (const role of principal.roles) hold(role)
  const covers = (permission: string) => ['*', 'doc:*', `doc:${verb}`].includes(permission)
  const applies = (policy: PlainPolicy): boolean => {
    if (!policy.actions.some(covers)) return false
    if (policy.roles !== undefined && !policy.roles.some((role) => held.has(role))) return false
    if (policy.where === undefined) return true
    try {
      return specificationOf(policy.where({ principal }) as Expression<Doc>).isSatisfiedBy(doc)
    } catch {
      return policy.effect === 'deny'
    }
  }
  const policies = definition.policies as readonly PlainPolicy[]
  if (policies.some((policy) => policy.effect === 'deny' && applies(policy))) return false
  const granted = [...held].some((role) => definition.permissions[role]?.some(covers))
  return granted || policies.some((policy) => policy.effect === 'allow' && applies(policy))
}

interface PlainPolicy {
  readonly effect: string
  readonly roles?: readonly string[]
  readonly actions: readonly string[]
  readonly where?: (input: object) => unknown
}

describe('an authorization', () => {
  test('lists exactly what it allows one by one, and both are what the rules say (CVE-2026-61709)', () => {
    fc.assert(
      fc.property(anyRuleSet, (set) => {
        const authorization = define(set.definition)
        const { principal, verb } = set
        const filter = authorization.filter({ principal, action: verb, type: 'doc' }) as Expression
        const specification = specificationOf<Doc>(filter)
        for (const doc of docs) {
          const can = authorization.can({ principal, action: `doc:${verb}`, resource: doc })
          expect({ doc, can }).toEqual({ doc, can: allowed(set, doc) })
          expect({ doc, listed: specification.isSatisfiedBy(doc) }).toEqual({ doc, listed: can })
        }
      }),
      { numRuns },
    )
  })

  test('decides the same, for the same reasons, in any order of its rules', () => {
    const reversed = <T>(values: readonly T[]): T[] => [...values].reverse()
    const flip = ({ roles, inherits, permissions, policies }: RuleSet['definition']) => ({
      roles: reversed(roles),
      inherits: flipRecord(inherits),
      permissions: flipRecord(permissions),
      policies: reversed(policies),
    })
    const flipRecord = (record: Readonly<Record<string, readonly string[]>>) =>
      Object.fromEntries(reversed(Object.entries(record)).map(([key, values]) => [key, reversed(values)]))
    fc.assert(
      fc.property(anyRuleSet, fc.array(fc.nat(), { maxLength: 6 }), (set, keys) => {
        const shuffled = set.definition.policies
          .map((policy, index) => ({ policy, key: keys[index] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ policy }) => policy)
        const orders = [
          define(set.definition),
          define(flip(set.definition)),
          define({ ...set.definition, policies: shuffled }),
        ]
        const roles = set.principal.roles
        for (const resource of [...docs.slice(0, 9), undefined]) {
          const ask = (index: number) => {
            const principal = { ...set.principal, roles: index === 1 ? reversed(roles) : roles }
            const answer = orders[index]?.check({ principal, action: `doc:${set.verb}`, resource })
            return { ...answer, errors: answer?.errors.map(({ policy }) => policy) }
          }
          expect(ask(1)).toEqual(ask(0))
          expect(ask(2)).toEqual(ask(0))
        }
      }),
      { numRuns: runs({ ci: 2_000, soak: 10_000 }) },
    )
  })

  test('is never more generous about a type alone than about the thing (casl#1065)', () => {
    fc.assert(
      fc.property(anyRuleSet, (set) => {
        const authorization = define(set.definition)
        const { principal, verb } = set
        const alone = authorization.check({ principal, action: verb, type: 'doc' }).decision
        const each = docs.map((resource) =>
          authorization.can({ principal, action: verb, type: 'doc', resource }),
        )
        if (alone === 'allow') expect(each).not.toContain(false)
        if (alone === 'deny') expect(each).not.toContain(true)
      }),
      { numRuns: runs({ ci: 2_000, soak: 10_000 }) },
    )
  })

  test('gives of a thing the fields that the roles of a principal give of it one by one', () => {
    fc.assert(
      fc.property(anyRuleSet, anyFields, ({ definition, principal }, fields) => {
        const authorization = defineWith(definition, fields)
        const roles = principal.roles.filter((role) => role !== 'unknown')
        // Those are under the rules of all roles together: one without a rule lifts none.
        const isForEveryone = definition.policies.some((policy) => !('roles' in policy))
        for (const resource of docs) {
          const of = (held: readonly string[]) =>
            FIELDS.filter((field) =>
              authorization.can({
                principal: { ...principal, roles: held },
                action: 'doc:read',
                resource,
                field,
              }),
            )
          if (roles.length === 0 || !authorization.can({ principal, action: 'doc:read', resource })) continue
          const one = new Set(roles.flatMap((role) => of([role])))
          const together = of(principal.roles)
          if (isForEveryone) expect([...one]).toEqual(expect.arrayContaining(together))
          else expect(together).toEqual(FIELDS.filter((field) => one.has(field)))
        }
      }),
      { numRuns: runs({ ci: 500, soak: 10_000 }) },
    )
  })

  test('is never more generous about a field of a type alone than about one of the thing', () => {
    fc.assert(
      fc.property(anyRuleSet, anyFields, ({ definition, principal }, fields) => {
        const authorization = defineWith(definition, fields)
        const query = { principal, action: 'doc:read' }
        const permitted = authorization.permittedFields(query)
        for (const field of FIELDS) {
          const alone = authorization.check({ ...query, field }).decision
          for (const resource of docs) {
            const can = authorization.can({ ...query, resource, field })
            if (alone !== 'conditional') expect(can).toBe(alone === 'allow')
            if (!permitted.all && !permitted.fields.includes(field)) continue
            expect(can).toBe(authorization.can({ ...query, resource }))
          }
        }
      }),
      { numRuns: runs({ ci: 500, soak: 10_000 }) },
    )
  })

  test('only loses by a further policy that denies, and only gains by a further one that allows', () => {
    const everyone = { id: 'more', actions: ['doc:*'], where: () => ({ op: 'isNull', field: 'size' }) }
    fc.assert(
      fc.property(anyRuleSet, (set) => {
        const { principal, verb } = set
        const withOne = (effect: string) =>
          define({ ...set.definition, policies: [...set.definition.policies, { ...everyone, effect }] })
        const [plain, stricter, looser] = [define(set.definition), withOne('deny'), withOne('allow')]
        for (const resource of docs) {
          const query = { principal, action: verb, type: 'doc', resource }
          expect(stricter.can(query)).toBe(plain.can(query) && resource.size !== null)
          if (plain.can(query)) expect(looser.can(query)).toBe(true)
        }
      }),
      { numRuns: runs({ ci: 1_000, soak: 10_000 }) },
    )
  })
})
