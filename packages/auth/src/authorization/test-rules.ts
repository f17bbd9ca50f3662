import type { Expression } from '@base/core/expression'
import { where } from '@base/domain/specification'
import fc from 'fast-check'

/** A row that rules are about. */
export interface Doc {
  readonly id: number
  readonly owner: string | null
  readonly status: string | null
  readonly size: number | null
}

/** A set of rules of all kinds, and who asks for what. */
export interface RuleSet {
  readonly definition: {
    readonly roles: readonly string[]
    readonly inherits: Readonly<Record<string, readonly string[]>>
    readonly permissions: Readonly<Record<string, readonly string[]>>
    readonly policies: readonly object[]
  }
  readonly principal: { readonly id: string; readonly roles: readonly string[] }
  readonly verb: string
}

const ROLES = ['a', 'b', 'c', 'd']
export const FIELDS: readonly string[] = ['id', 'owner', 'status', 'size']
const OWNERS = ['ana', 'bob']
const STATES = ['open', 'sent']

const some = <T>(values: readonly T[]) => fc.subarray([...values])
const anyPermission = fc.constantFrom('doc:read', 'doc:write', 'doc:*', '*', 'other:read')
const condition = where<Doc>()

/** Conditions, some about who asks, some that fail. */
const anyLeaf: fc.Arbitrary<(id: string) => Expression<Doc>> = fc.oneof(
  fc.constant((id: string) => condition.equals('owner', id).expression),
  fc.constant((id: string) => condition.notEquals('owner', id).expression),
  fc.constantFrom(...STATES, null).map((state) => () => condition.equals('status', state).expression),
  fc.subarray([...STATES, null]).map((states) => () => condition.isNotIn('status', states).expression),
  fc.integer({ min: -1, max: 3 }).map((size) => () => condition.lessThan('size', size).expression),
  fc.constant(() => condition.isNull('owner').expression),
  fc.constantFrom('and' as const, 'or' as const).map((op) => () => ({ op, of: [] })),
  fc.constant((): Expression<Doc> => {
    throw new Error('This policy fails.')
  }),
)

const anyCondition: fc.Arbitrary<(id: string) => Expression<Doc>> = fc.oneof(
  { weight: 3, arbitrary: anyLeaf },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(anyLeaf, { maxLength: 3 }))
      .map(([op, parts]) => (id: string) => ({ op, of: parts.map((part) => part(id)) })),
  },
  { weight: 1, arbitrary: anyLeaf.map((part) => (id: string) => ({ op: 'not' as const, of: part(id) })) },
)

const anyPolicy = fc.record(
  {
    effect: fc.constantFrom('allow', 'allow', 'deny'),
    roles: some(ROLES),
    actions: fc.uniqueArray(anyPermission, { minLength: 1, maxLength: 2 }),
    where: anyCondition.map(
      (make) =>
        ({ principal }: { principal: { id: string } }) =>
          make(principal.id),
    ),
  },
  { requiredKeys: ['effect', 'actions'] },
)

/** Sets of rules that can be pushed down: roles inherit from those before them, so there is no ring. */
export const anyRuleSet: fc.Arbitrary<RuleSet> = fc
  .record({
    inherits: fc.tuple(...ROLES.map((_, index) => some(ROLES.slice(0, index)))),
    permissions: fc.tuple(...ROLES.map(() => fc.uniqueArray(anyPermission, { maxLength: 1 }))),
    policies: fc.array(anyPolicy, { maxLength: 6 }),
    principal: fc.record({ id: fc.constantFrom(...OWNERS), roles: some([...ROLES, 'unknown']) }),
    verb: fc.constantFrom('read', 'write', 'archive'),
  })
  .map(({ inherits, permissions, policies, principal, verb }) => ({
    definition: {
      roles: ROLES,
      inherits: Object.fromEntries(ROLES.map((role, index) => [role, inherits[index] ?? []])),
      permissions: Object.fromEntries(ROLES.map((role, index) => [role, permissions[index] ?? []])),
      policies: policies.map((policy, index) => ({ id: `p${index}`, ...policy })),
    },
    principal,
    verb,
  }))

/** Field rules of some roles for reading, some of them empty. */
export const anyFields: fc.Arbitrary<Readonly<Record<string, object>>> = fc.dictionary(
  fc.constantFrom(...ROLES),
  some(FIELDS).map((fields) => ({ 'doc:read': fields })),
)

/** Rows that meet the conditions, nulls among them. */
export const docs: readonly Doc[] = [...OWNERS, null].flatMap((owner, o) =>
  [...STATES, null].flatMap((status, s) =>
    [0, 2, null].map((size, n) => ({ id: o * 9 + s * 3 + n, owner, status, size })),
  ),
)
