import { ForbiddenError, InvalidOptionError, UnsupportedError } from '@base/core/errors'
import type { Expression } from '@base/core/expression'
import { specificationOf, where } from '@base/domain/specification'
import { describe, expect, test, vi } from 'vitest'
import { defineAuthorization, standardRoles } from './index.js'

interface Order {
  readonly id: number
  readonly customerId: string
  readonly status: 'open' | 'sent' | 'locked'
  readonly total: number
  readonly address?: { readonly city: string; readonly street: string }
}

interface Shop {
  principal: { id: string; suspended?: boolean }
  resources: { order: Order; report: { month: string } }
  actions: { order: 'read' | 'update' | 'cancel'; report: 'read' }
}

const order: Order = {
  id: 1,
  customerId: 'ana',
  status: 'open',
  total: 30,
  address: { city: 'Lisbon', street: 'Rua 1' },
}

const shop = () =>
  defineAuthorization<Shop>()({
    roles: ['customer', 'support', 'lead', 'auditor', 'admin'],
    inherits: { lead: ['support'], admin: ['lead'] },
    permissions: { support: ['order:read'], lead: ['order:*'], auditor: ['report:read'], admin: ['*'] },
    policies: [
      {
        id: 'own-orders',
        effect: 'allow',
        roles: ['customer'],
        actions: ['order:read', 'order:cancel'],
        where: ({ principal }) => where<Order>().equals('customerId', principal.id),
      },
      {
        id: 'sent-stays-sent',
        effect: 'deny',
        actions: ['order:cancel'],
        where: () => ({ op: 'equals', field: 'status', value: 'sent' }),
      },
      {
        id: 'suspended',
        effect: 'deny',
        actions: ['order:update', 'order:cancel'],
        when: ({ principal }) => principal.suspended === true,
      },
    ],
    fields: {
      support: { 'order:read': ['id', 'status', 'address.city'] },
      customer: { 'order:read': ['id', 'total', 'address'] },
    },
  })

const customer = { id: 'ana', roles: ['customer'] }
const support = { id: 'sue', roles: ['support'] }
const lead = { id: 'lee', roles: ['lead'] }
const admin = { id: 'ada', roles: ['admin'] }

describe('roles', () => {
  test('have what they are given, and what they inherit, to any depth', () => {
    const { can } = bound()
    expect(can({ principal: support, action: 'order:read', resource: order })).toBe(true)
    expect(can({ principal: support, action: 'order:update', resource: order })).toBe(false)
    expect(can({ principal: lead, action: 'order:update', resource: order })).toBe(true)
    expect(can({ principal: lead, action: 'report:read' })).toBe(false)
    expect(can({ principal: admin, action: 'report:read' })).toBe(true)
  })

  test('add up', () => {
    const both = { id: 'bo', roles: ['support', 'auditor'] }
    expect(shop().can({ principal: both, action: 'order:read' })).toBe(true)
    expect(shop().can({ principal: both, action: 'report:read' })).toBe(true)
  })

  test('that nobody has defined give nothing, nor do names out of a prototype', () => {
    for (const role of ['root', '__proto__', 'constructor', '*', 'toString', 'order:read'])
      expect(shop().can({ principal: { id: 'x', roles: [role] }, action: 'order:read' })).toBe(false)
    expect(shop().can({ principal: { id: 'x' }, action: 'order:read' })).toBe(false)
  })

  test('compose into new ones', () => {
    const authorization = shop()
    const principal = { id: 'x', roles: ['desk'] }
    expect(authorization.can({ principal, action: 'order:read' })).toBe(false)

    const extended = authorization.roles
      .compose('desk', ['support', 'auditor'])
      .roles.compose('head', ['desk'])

    expect(extended).toBe(authorization)
    expect(authorization.can({ principal, action: 'order:read' })).toBe(true)
    expect(authorization.can({ principal: { id: 'y', roles: ['head'] }, action: 'report:read' })).toBe(true)
    expect(authorization.roles.inherited('head')).toEqual(['head', 'desk', 'support', 'auditor'])
    expect(authorization.roles.names).toContain('desk')
  })

  test('compose once: the same again changes nothing, another is refused', () => {
    const { roles } = shop()
    roles.compose('desk', ['support'])
    roles.compose('desk', ['support'])
    expect(() => roles.compose('desk', ['auditor'])).toThrow(InvalidOptionError)
    expect(() => roles.compose('support', ['auditor'])).toThrow(InvalidOptionError)
    expect(() => roles.compose('more', ['nobody' as 'support'])).toThrow(InvalidOptionError)
    expect(() => roles.compose('none', [])).toThrow(InvalidOptionError)
  })

  test('come as a preset: viewer < editor < admin', () => {
    const authorization = defineAuthorization()(standardRoles('order', 'invoice'))
    const can = (role: string, action: string) =>
      authorization.can({ principal: { id: 'x', roles: [role] }, action })
    expect([
      can('viewer', 'order:read'),
      can('viewer', 'invoice:list'),
      can('viewer', 'order:update'),
    ]).toEqual([true, true, false])
    expect([
      can('editor', 'order:list'),
      can('editor', 'order:create'),
      can('editor', 'order:delete'),
    ]).toEqual([true, true, false])
    expect([can('admin', 'order:read'), can('admin', 'order:delete'), can('admin', 'user:delete')]).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('a wildcard', () => {
  test('covers verbs and types that nobody has named', () => {
    const authorization = defineAuthorization()({
      roles: ['clerk', 'root'],
      permissions: { clerk: ['order:*'], root: ['*'] },
    })
    const can = (role: string, action: string) =>
      authorization.can({ principal: { id: 'x', roles: [role] }, action })
    expect(can('clerk', 'order:anything')).toBe(true)
    expect(can('clerk', 'orders:anything')).toBe(false)
    expect(can('clerk', 'ord:er')).toBe(false)
    expect(can('root', 'planet:destroy')).toBe(true)
  })

  test('is no action: nobody can ask for all of them at once', () => {
    for (const action of ['*', 'order:*', '*:read', 'order:', ':read', 'order:read:x', ' order:read', ''])
      expect(() => shop().can({ principal: admin, action } as never)).toThrow(InvalidOptionError)
  })

  test('serves policies too', () => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      permissions: { user: ['*'] },
      policies: [
        {
          id: 'frozen',
          effect: 'deny',
          actions: ['account:*'],
          when: ({ context }) => context['frozen'] === true,
        },
      ],
    })
    const principal = { id: 'x', roles: ['user'] }
    expect(authorization.can({ principal, action: 'account:close', context: { frozen: true } })).toBe(false)
    expect(authorization.can({ principal, action: 'order:read', context: { frozen: true } })).toBe(true)
  })
})

describe('a policy', () => {
  test('permits where its condition holds', () => {
    const authorization = shop()
    expect(authorization.can({ principal: customer, action: 'order:read', resource: order })).toBe(true)
    const other = { ...order, customerId: 'bob' }
    expect(authorization.can({ principal: customer, action: 'order:read', resource: other })).toBe(false)
  })

  test('that forbids wins over everything that permits', () => {
    const sent = { ...order, status: 'sent' as const }
    expect(shop().check({ principal: admin, action: 'order:cancel', resource: sent })).toEqual({
      decision: 'deny',
      reasons: ['sent-stays-sent'],
      errors: [],
    })
  })

  test('is for those who inherit its role as well', () => {
    const authorization = defineAuthorization()({
      roles: ['intern', 'clerk'],
      inherits: { clerk: ['intern'] },
      permissions: { clerk: ['*'] },
      policies: [{ id: 'no-payments', effect: 'deny', roles: ['intern'], actions: ['payment:create'] }],
    })
    expect(authorization.can({ principal: { id: 'x', roles: ['clerk'] }, action: 'payment:create' })).toBe(
      false,
    )
  })

  test.each([1, 'true', {}, [], undefined, null])('permits by true itself, and not by %j', (answer) => {
    const authorization = defineAuthorization()({
      roles: [],
      policies: [{ id: 'odd', effect: 'allow', actions: ['*'], when: () => answer as never }],
    })
    expect(authorization.can({ principal: { id: 'x' }, action: 'a:b' })).toBe(false)
  })

  test.each([1, 'yes', {}, true])('forbids by whatever is truthy: %j', (answer) => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      permissions: { user: ['*'] },
      policies: [{ id: 'odd', effect: 'deny', actions: ['*'], when: () => answer as never }],
    })
    expect(authorization.can({ principal: { id: 'x', roles: ['user'] }, action: 'a:b' })).toBe(false)
  })

  test('that throws permits nothing', () => {
    const failure = new Error('away')
    const authorization = defineAuthorization()({
      roles: ['user'],
      policies: [
        {
          id: 'broken',
          effect: 'allow',
          actions: ['*'],
          when: () => {
            throw failure
          },
        },
      ],
    })
    expect(authorization.check({ principal: { id: 'x', roles: ['user'] }, action: 'a:b' })).toEqual({
      decision: 'deny',
      reasons: [],
      errors: [{ policy: 'broken', error: failure }],
    })
  })

  test('that throws and forbids, forbids', () => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      permissions: { user: ['*'] },
      policies: [
        {
          id: 'broken',
          effect: 'deny',
          actions: ['*'],
          where: () => {
            throw new Error('away')
          },
        },
      ],
    })
    const principal = { id: 'x', roles: ['user'] }
    expect(authorization.check({ principal, action: 'a:b', resource: order })).toMatchObject({
      decision: 'deny',
      reasons: ['broken'],
      errors: [{ policy: 'broken' }],
    })
    expect(authorization.filter({ principal, action: 'b', type: 'a' })).toEqual({ op: 'or', of: [] })
  })

  test('that is asynchronous fails, and leaves no rejection behind', () => {
    const asynchronous = (effect: 'allow' | 'deny') =>
      defineAuthorization()({
        roles: ['user'],
        permissions: { user: ['a:c'] },
        policies: [
          { id: 'later', effect, actions: ['*'], when: (() => Promise.reject(new Error('late'))) as never },
        ],
      })
    const principal = { id: 'x', roles: ['user'] }
    expect(asynchronous('allow').can({ principal, action: 'a:b' })).toBe(false)
    expect(asynchronous('deny').check({ principal, action: 'a:c' })).toMatchObject({
      decision: 'deny',
      errors: [{ policy: 'later', error: new TypeError('when must not be asynchronous.') }],
    })
  })

  test('whose condition is asynchronous fails, and leaves no rejection behind', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const where = (() => Promise.reject(new Error('late'))) as never
    const authorization = defineAuthorization()({
      roles: ['user'],
      policies: [{ id: 'later', effect: 'allow', actions: ['*'], where }],
    })
    const principal = { id: 'x', roles: ['user'] }
    expect(authorization.check({ principal, action: 'a:b', resource: order })).toMatchObject({
      decision: 'deny',
      errors: [{ policy: 'later', error: new TypeError('where must not be asynchronous.') }],
    })
    expect(authorization.filter({ principal, action: 'b', type: 'a' })).toEqual({ op: 'or', of: [] })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  test('with an operand that is undefined permits nothing: an unset id owns no row', () => {
    const authorization = shop()
    const nobody = { roles: ['customer'] } as unknown as typeof customer
    const ownerless = { ...order, customerId: undefined } as unknown as Order
    const result = authorization.check({ principal: nobody, action: 'order:read', resource: ownerless })
    expect(result).toMatchObject({ decision: 'deny', errors: [{ policy: 'own-orders' }] })
    expect(authorization.filter({ principal: nobody, action: 'read', type: 'order' })).toEqual({
      op: 'or',
      of: [],
    })
  })

  test('needs both its condition and its function', () => {
    const authorization = defineAuthorization()({
      roles: [],
      policies: [
        {
          id: 'both',
          effect: 'allow',
          actions: ['order:read'],
          where: () => ({ op: 'equals', field: 'open', value: true }),
          when: ({ context }) => context['hour'] === 9,
        },
      ],
    })
    const ask = (open: boolean, hour: number) =>
      authorization.can({
        principal: { id: 'x' },
        action: 'order:read',
        resource: { id: 1, open },
        context: { hour },
      })
    expect([ask(true, 9), ask(true, 10), ask(false, 9)]).toEqual([true, false, false])
  })
})

describe('a decision about a type alone', () => {
  test('is conditional where it depends on the thing: no, and not yes', () => {
    const authorization = shop()
    const query = { principal: customer, action: 'order:read' } as const
    expect(authorization.check(query)).toEqual({
      decision: 'conditional',
      reasons: ['own-orders'],
      errors: [],
    })
    expect(authorization.can(query)).toBe(false)
    expect(() => authorization.authorize(query)).toThrow(ForbiddenError)
    expect(authorization.check({ ...query, resource: { type: 'order' } as never }).decision).toBe(
      'conditional',
    )
  })

  test('is conditional where something may forbid it', () => {
    expect(shop().check({ principal: admin, action: 'cancel', type: 'order' })).toEqual({
      decision: 'conditional',
      reasons: ['sent-stays-sent'],
      errors: [],
    })
  })

  test('is denied where nothing could permit it, whatever the thing', () => {
    expect(shop().check({ principal: support, action: 'order:cancel' }).decision).toBe('deny')
  })

  test('is final where the function of a policy does not look at the thing', () => {
    const authorization = defineAuthorization()({
      roles: [],
      policies: [
        {
          id: 'hours',
          effect: 'allow',
          actions: ['order:create'],
          when: ({ context }) => context['hour'] === 9,
        },
        {
          id: 'small',
          effect: 'allow',
          actions: ['order:pay'],
          when: ({ resource }) => (resource['total'] as number) < 10,
        },
        {
          id: 'deep',
          effect: 'allow',
          actions: ['order:ship'],
          when: ({ resource }) => (resource['address'] as { city: string }).city === 'Lisbon',
        },
      ],
    })
    const ask = (action: string) =>
      authorization.check({ principal: { id: 'x' }, action, context: { hour: 9 } }).decision
    expect([ask('order:create'), ask('order:pay'), ask('order:ship')]).toEqual([
      'allow',
      'conditional',
      'conditional',
    ])
  })

  test.each([
    ['get', (resource: object) => Reflect.get(resource, 'x') === 1],
    ['type', (resource: object) => Reflect.get(resource, 'type') === 'private'],
    ['has', (resource: object) => 'x' in resource],
    ['has type', (resource: object) => 'type' in resource],
    ['descriptor', (resource: object) => Object.hasOwn(resource, 'type')],
    ['keys', (resource: object) => Object.keys(resource).length === 1],
    ['prototype', (resource: object) => resource instanceof Date],
    ['spread', (resource: object) => ({ ...resource, y: 1 }).y === 1],
  ])('is conditional by whatever way a policy looks: %s', (_, when) => {
    const authorization = defineAuthorization()({
      roles: [],
      policies: [{ id: 'looks', effect: 'allow', actions: ['*'], when: ({ resource }) => when(resource) }],
    })
    expect(authorization.check({ principal: { id: 'x' }, action: 'a:b' }).decision).toBe('conditional')
  })
})

describe('a question', () => {
  test('names its action in full, by a verb and a type, or by a verb and a thing with a type', () => {
    const authorization = shop()
    const typed = { ...order, type: 'order' as const }
    expect(authorization.can({ principal: lead, action: 'order:update', resource: order })).toBe(true)
    expect(authorization.can({ principal: lead, action: 'update', type: 'order', resource: order })).toBe(
      true,
    )
    expect(authorization.can({ principal: lead, action: 'update', resource: typed })).toBe(true)
  })

  test('about a thing of another type is denied, and explained', () => {
    const report = { type: 'report', month: '2026-01' }
    const query = { principal: admin, action: 'order:read', resource: report } as never
    expect(shop().can(query)).toBe(false)
    expect(shop().explain(query).text).toContain("asked about one of the type 'report'")
  })

  test.each([{ toString: 0, valueOf: 0 }, null, 7])('beside the type %j is denied', (type) => {
    const query = { principal: admin, action: 'order:read', type, resource: { id: 1 } } as never
    expect(shop().can(query)).toBe(false)
    expect(shop().explain(query).text).toContain(`asked about one of the type '${typeof type}'`)
  })

  test('that names two types is denied', () => {
    expect(shop().can({ principal: admin, action: 'order:read', type: 'report' as never })).toBe(false)
  })

  test.each(['savings', 'order', 'account', 7, null])(
    'that names the type takes a field of that name for what it is: %j',
    (type) => {
      const authorization = defineAuthorization()({
        roles: ['user'],
        permissions: { user: ['account:read', 'order:read'] },
      })
      const principal = { id: 'x', roles: ['user'] }
      const row = { id: 1, type }
      expect(authorization.can({ principal, action: 'account:read', type: 'account', resource: row })).toBe(
        true,
      )
      expect(authorization.can({ principal, action: 'read', type: 'account', resource: row })).toBe(true)
      expect(authorization.can({ principal, action: 'account:read', resource: row })).toBe(type !== 'order')
      const filter = authorization.filter({ principal, action: 'read', type: 'account' })
      expect(specificationOf(filter).isSatisfiedBy(row)).toBe(true)
    },
  )

  test.each([
    ['no question', undefined],
    ['no principal', { action: 'order:read' }],
    ['a principal that is a text', { principal: 'admin', action: 'order:read' }],
    ['roles that are a text', { principal: { roles: 'admin' }, action: 'order:read' }],
    ['no action', { principal: admin }],
    ['a verb without a type', { principal: admin, action: 'read' }],
    ['a verb with a wildcard for a type', { principal: admin, action: 'read', type: '*' }],
    ['a thing that is a text', { principal: admin, action: 'order:read', resource: 'order' }],
    ['null for a thing', { principal: admin, action: 'order:read', resource: null }],
  ])('that is none is refused: %s', (_, query) => {
    expect(() => shop().can(query as never)).toThrow(InvalidOptionError)
    expect(() => shop().check(query as never)).toThrow(InvalidOptionError)
    expect(() => shop().authorize(query as never)).toThrow(InvalidOptionError)
  })

  test('is answered by an error of the kind forbidden, which tells no reason', () => {
    const sent = { ...order, status: 'sent' as const }
    try {
      shop().authorize({ principal: admin, action: 'order:cancel', resource: sent })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ForbiddenError)
      expect(error).toMatchObject({ kind: 'forbidden', details: { action: 'order:cancel' } })
      expect(JSON.stringify(error) + String(error)).not.toContain('sent-stays-sent')
    }
  })
})

describe('filter', () => {
  const yes = () => true
  const all = () => ({ op: 'and', of: [] })
  const none = () => ({ op: 'or', of: [] })
  const some = () => ({ op: 'equals', field: 'status', value: 'sent' })
  const fails = () => {
    throw new Error('away')
  }
  const allow = (policy: object) => ({ effect: 'allow', ...policy })
  const deny = (policy: object) => ({ effect: 'deny', ...policy })
  const orders: readonly Order[] = [
    order,
    { ...order, id: 2, status: 'sent' },
    { ...order, id: 3, customerId: 'bob' },
    { ...order, id: 4, customerId: 'bob', status: 'sent' },
  ]
  const idsOf = (expression: Expression<Order>) =>
    orders.filter((row) => specificationOf<Order>(expression).isSatisfiedBy(row)).map(({ id }) => id)

  test('finds what a check allows', () => {
    const authorization = shop()
    const ids = (principal: typeof customer, action: 'read' | 'update') =>
      idsOf(authorization.filter({ principal, action, type: 'order' }))
    expect(ids(customer, 'read')).toEqual([1, 2])
    expect(ids(lead, 'read')).toEqual([1, 2, 3, 4])
    expect(ids({ id: 'x', roles: [] }, 'read')).toEqual([])
  })

  test('leaves out what is forbidden', () => {
    const authorization = defineAuthorization<Shop>()({
      roles: ['admin'],
      permissions: { admin: ['*'] },
      policies: [
        {
          id: 'locked',
          effect: 'deny',
          actions: ['order:cancel'],
          where: () => ({ op: 'equals', field: 'status', value: 'sent' }),
        },
      ],
    })
    const query = { principal: admin, action: 'order:cancel', type: 'order' } as const
    expect(idsOf(authorization.filter(query))).toEqual([1, 3])
    expect(authorization.filter(query)).toEqual({
      op: 'not',
      of: { op: 'equals', field: 'status', value: 'sent' },
    })
  })

  test('gives the constants for all and for nothing', () => {
    const authorization = shop()
    expect(authorization.filter({ principal: admin, action: 'read', type: 'report' })).toEqual({
      op: 'and',
      of: [],
    })
    expect(authorization.filter({ principal: support, action: 'read', type: 'report' })).toEqual({
      op: 'or',
      of: [],
    })
  })

  test('does not push a function down: it names the policy', () => {
    const refuse = () => shop().filter({ principal: admin, action: 'cancel', type: 'order' })
    expect(refuse).toThrow(UnsupportedError)
    expect(refuse).toThrow(/Policy 'suspended' has a 'when'/)
  })

  test.each<[string, readonly object[], readonly number[]]>([
    ['a permission decides', [allow({ when: yes })], [1, 2, 3, 4]],
    ['all is forbidden by another', [deny({ where: all }), deny({ when: yes }), allow({ when: yes })], []],
    ['all is forbidden without a condition', [deny({ when: yes }), deny({})], []],
    ['its condition never holds', [deny({ where: none, when: yes })], [1, 2, 3, 4]],
    ['its condition fails, which forbids all', [deny({ where: fails, when: yes })], []],
  ])('passes over a function that cannot decide: %s', (_, policies, ids) => {
    const authorization = defineAuthorization()({
      roles: ['admin'],
      permissions: { admin: ['*'] },
      policies: policies.map((policy, index) => ({ id: `p${index}`, actions: ['*'], ...policy })) as never,
    })
    for (const row of orders)
      expect(authorization.can({ principal: admin, action: 'order:read', resource: row })).toBe(
        ids.includes(row.id),
      )
    expect(idsOf(authorization.filter({ principal: admin, action: 'read', type: 'order' }) as never)).toEqual(
      ids,
    )
  })

  test.each<[string, readonly object[], boolean]>([
    ['nothing else permits', [allow({ when: yes })], true],
    ['others permit some', [allow({ when: yes }), allow({ where: some })], true],
    ['another permits all', [allow({ when: yes }), allow({ where: all })], false],
    ['nothing permits what it forbids', [deny({ when: yes })], false],
    ['something permits what it forbids', [deny({ when: yes }), allow({ where: some })], true],
    ['another forbids some', [deny({ when: yes }), deny({ where: some }), allow({})], true],
  ])('throws where a function would decide, and only there: %s', (_, policies, throws) => {
    const of = (ordered: readonly object[]) =>
      defineAuthorization()({
        roles: [],
        policies: ordered.map((policy, index) => ({ id: `p${index}`, actions: ['*'], ...policy })) as never,
      })
    for (const ordered of [policies, [...policies].reverse()]) {
      const filter = () => of(ordered).filter({ principal: { id: 'x' }, action: 'read', type: 'order' })
      if (throws) expect(filter).toThrow(UnsupportedError)
      else expect(filter).not.toThrow()
    }
  })

  test('gives frozen data that survives JSON', () => {
    const expression = shop().filter({ principal: customer, action: 'read', type: 'order' })
    expect(Object.isFrozen(expression)).toBe(true)
    expect(JSON.parse(JSON.stringify(expression))).toEqual(expression)
  })
})

describe('fields', () => {
  const query = { action: 'order:read', resource: order } as const

  test('are limited by the rules of the roles', () => {
    expect(shop().permittedFields({ principal: support, ...query })).toEqual({
      all: false,
      fields: ['address.city', 'id', 'status'],
    })
  })

  test('add up over roles', () => {
    const both = { id: 'ana', roles: ['customer', 'support'] }
    expect(shop().permittedFields({ principal: both, ...query }).fields).toEqual([
      'address',
      'address.city',
      'id',
      'status',
      'total',
    ])
  })

  test('are all for a role that has the action itself, and no rule', () => {
    expect(shop().permittedFields({ principal: lead, ...query })).toEqual({ all: true, fields: [] })
  })

  test('are none where the action is denied', () => {
    const other = { ...order, customerId: 'bob' }
    expect(shop().permittedFields({ principal: customer, action: 'order:read', resource: other })).toEqual({
      all: false,
      fields: [],
    })
  })

  test('can be asked for one by one; a field covers what is below it', () => {
    const can = (principal: typeof customer, field: string) => shop().can({ principal, ...query, field })
    expect([can(support, 'id'), can(support, 'total'), can(support, 'address')]).toEqual([true, false, false])
    expect([can(support, 'address.city'), can(support, 'address.street')]).toEqual([true, false])
    expect([can(customer, 'address.street'), can(customer, 'addressee'), can(lead, 'total')]).toEqual([
      true,
      false,
      true,
    ])
    expect(() => can(lead, '__proto__.x')).toThrow(InvalidOptionError)
  })

  test('are picked from a thing', () => {
    const authorization = shop()
    const pick = (principal: typeof customer) =>
      authorization.pick(order, { principal, action: 'order:read' })
    expect(pick(support)).toEqual({ id: 1, status: 'open', address: { city: 'Lisbon' } })
    expect(pick(customer)).toEqual({ id: 1, total: 30, address: order.address })
    expect(pick(lead)).toBe(order)
    expect(() => pick({ id: 'bob', roles: ['customer'] })).toThrow(ForbiddenError)
  })
})

describe('explain', () => {
  test('tells of a policy that throws what has no text', () => {
    const when = () => {
      throw Object.create(null)
    }
    const authorization = defineAuthorization()({
      roles: ['user'],
      policies: [{ id: 'broken', effect: 'allow', actions: ['*'], when }],
    })
    const { text } = authorization.explain({ principal: { id: 'x', roles: ['user'] }, action: 'a:b' })
    expect(text).toContain("policy 'broken' failed: something that has no text")
  })

  test('tells how a principal comes to a permission', () => {
    const explained = shop().explain({ principal: admin, action: 'order:read', resource: order })
    expect(explained).toMatchObject({
      decision: 'allow',
      action: 'order:read',
      roles: ['admin', 'lead', 'support'],
      grants: [
        { role: 'support', permission: 'order:read', through: ['admin', 'lead', 'support'] },
        { role: 'lead', permission: 'order:*', through: ['admin', 'lead'] },
        { role: 'admin', permission: '*', through: ['admin'] },
      ],
      reasons: ['role:admin:*', 'role:lead:order:*', 'role:support:order:read'],
    })
  })

  test('tells what each policy came to', () => {
    const sent = { ...order, status: 'sent' as const }
    const explained = shop().explain({ principal: customer, action: 'order:cancel', resource: sent })
    expect(explained.policies).toEqual([
      {
        id: 'own-orders',
        effect: 'allow',
        outcome: 'applies',
        condition: { op: 'equals', field: 'customerId', value: 'ana' },
      },
      {
        id: 'sent-stays-sent',
        effect: 'deny',
        outcome: 'applies',
        condition: { op: 'equals', field: 'status', value: 'sent' },
      },
      { id: 'suspended', effect: 'deny', outcome: 'does_not_apply' },
    ])
    expect(explained.text).toBe(
      [
        'order:cancel: deny',
        'roles: customer',
        "policy 'own-orders' (allow) applies",
        "policy 'sent-stays-sent' (deny) applies",
        "policy 'suspended' (deny) does not apply",
      ].join('\n'),
    )
  })

  test('says where nothing is said', () => {
    const { text } = shop().explain({ principal: { id: 'x' }, action: 'report:read' })
    expect(text).toBe('report:read: deny\nroles: none\nnothing is said about it')
  })
})

/** The methods, bound, of a shop of their own. */
function bound() {
  const authorization = shop()
  return { can: (query: Parameters<typeof authorization.can>[0]) => authorization.can(query) }
}
