import { InvalidOptionError } from '@base/core/errors'
import { describe, expect, test } from 'vitest'
import { defineAuthorization } from './index.js'

const owner = ({ principal }: { readonly principal: { readonly id: string } }) => ({
  op: 'equals' as const,
  field: 'ownerId',
  value: principal.id,
})
const principal = { id: 'ana', roles: ['user'] }

describe('what others got wrong', () => {
  test('casl: an allow after a deny does not allow', () => {
    const rules = [
      { id: 'no', effect: 'deny' as const, actions: ['post:delete'] },
      { id: 'yes', effect: 'allow' as const, actions: ['post:delete'] },
    ]
    for (const policies of [rules, [...rules].reverse()]) {
      const authorization = defineAuthorization()({ roles: ['user'], permissions: { user: ['*'] }, policies })
      expect(authorization.check({ principal, action: 'post:delete' })).toMatchObject({
        decision: 'deny',
        reasons: ['no'],
      })
    }
  })

  test('casl#456, #1065, #354: a check by the name of a type does not pass over the conditions', () => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      policies: [{ id: 'own', effect: 'allow', actions: ['post:update'], where: owner }],
    })
    expect(authorization.can({ principal, action: 'update', type: 'post' })).toBe(false)
    expect(authorization.check({ principal, action: 'update', type: 'post' }).decision).toBe('conditional')
  })

  test('casl#684: conditions of nothing, null and undefined do not widen a rule without a word', () => {
    for (const answer of [{}, null, undefined, [], 'all', true]) {
      const authorization = defineAuthorization()({
        roles: ['user'],
        policies: [{ id: 'own', effect: 'allow', actions: ['post:read'], where: () => answer as never }],
      })
      expect(authorization.check({ principal, action: 'post:read', resource: { id: 1 } })).toMatchObject({
        decision: 'deny',
        errors: [{ policy: 'own' }],
      })
    }
    expect(() =>
      defineAuthorization()({
        roles: [],
        policies: [{ id: 'own', effect: 'deny', actions: ['post:read'], where: null as never }],
      }),
    ).toThrow(InvalidOptionError)
  })

  test('casl#53, #11: what is forbidden is forbidden for a field, too', () => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      permissions: { user: ['post:read'] },
      policies: [{ id: 'no', effect: 'deny', actions: ['post:read'] }],
    })
    expect(authorization.can({ principal, action: 'post:read', field: 'title' })).toBe(false)
    expect(authorization.permittedFields({ principal, action: 'post:read' })).toEqual({
      all: false,
      fields: [],
    })
  })

  test('CVE-2026-1774 (casl): a field rule does not reach a prototype', () => {
    for (const path of ['__proto__.polluted', 'a.__proto__', 'constructor.prototype.polluted', 'a..b', '']) {
      const fields = { user: { 'post:read': [path] } }
      expect(() => defineAuthorization()({ roles: ['user'], fields })).toThrow(InvalidOptionError)
    }
    const fields = JSON.parse('{"user": {"post:read": ["a.b"], "__proto__:read": ["x"]}}')
    const authorization = defineAuthorization()({ roles: ['user'], permissions: { user: ['*'] }, fields })
    authorization.pick(JSON.parse('{"a": {"b": {"__proto__": {"polluted": 1}}}}'), {
      principal,
      action: 'post:read',
    })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('CVE-2026-1774 (casl): what is picked lands in nothing that all objects share', () => {
    const fields = { user: { 'post:read': ['toString.polluted', 'valueOf.polluted'] } }
    const authorization = defineAuthorization()({ roles: ['user'], permissions: { user: ['*'] }, fields })
    const post = JSON.parse('{"toString": {"polluted": 1, "other": 2}, "valueOf": {"polluted": 1}}')
    const picked = authorization.pick(post, { principal, action: 'post:read' })
    expect(JSON.stringify(picked)).toBe('{"toString":{"polluted":1},"valueOf":{"polluted":1}}')
    expect(Object.prototype.toString).not.toHaveProperty('polluted')
  })

  test('casbin: inheritance is not cut at a depth of ten', () => {
    const roles = Array.from({ length: 40 }, (_, index) => `r${index}`)
    const inherits = Object.fromEntries(roles.slice(1).map((role, index) => [role, [`r${index}`]]))
    const authorization = defineAuthorization()({ roles, inherits, permissions: { r0: ['post:read'] } })
    expect(authorization.can({ principal: { id: 'x', roles: ['r39'] }, action: 'post:read' })).toBe(true)
  })

  test('the model system: a ring of roles is an error, and no endless recursion', () => {
    const ring = { roles: ['a', 'b'], inherits: { a: ['b'], b: ['a'] } }
    expect(() => defineAuthorization()(ring as never)).toThrow(/without a ring \(a → b → a\)/)
  })

  test('the model system: roles come from the principal alone, not from what is asked about', () => {
    const authorization = defineAuthorization()({ roles: ['admin'], permissions: { admin: ['*'] } })
    const query = {
      action: 'post:read',
      resource: { id: 1, roles: ['admin'] },
      context: { roles: ['admin'] },
    }
    expect(authorization.can({ principal: { id: 'x' }, ...query })).toBe(false)
  })

  test('GHSA-8fpg-xm3f-6cx3 (Auth.js): what is broken denies', () => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      permissions: { user: ['post:read'] },
      policies: [
        {
          id: 'list',
          effect: 'deny',
          actions: ['*'],
          when: ({ context }) => (context['list'] as string[]).includes('x'),
        },
      ],
    })
    expect(authorization.check({ principal, action: 'post:read' })).toMatchObject({
      decision: 'deny',
      errors: [{ policy: 'list' }],
    })
  })

  test('a forgotten await, or a list for its row, is not a thing that no rule forbids', async () => {
    const authorization = defineAuthorization()({
      roles: ['user'],
      permissions: { user: ['order:*'] },
      policies: [
        {
          id: 'locked',
          effect: 'deny',
          actions: ['order:update'],
          where: () => ({ op: 'equals', field: 'status', value: 'locked' }),
        },
      ],
    })
    const locked = { id: 1, status: 'locked' }
    // biome-ignore lint/suspicious/noThenProperty: A query builder has one.
    const lazy = { query: 'select', then: () => expect.unreachable('A query of others is not run.') }
    const things = [
      Promise.resolve(locked),
      Promise.reject(new Error('away')),
      lazy,
      [locked],
      [],
      new Map([['status', 'locked']]),
      new Set([locked]),
    ]
    for (const resource of things) {
      const query = { principal, action: 'order:update', resource }
      for (const method of ['can', 'check', 'authorize', 'explain', 'permittedFields'] as const)
        expect(() => authorization[method](query)).toThrow(InvalidOptionError)
      expect(() => authorization.pick(resource, query)).toThrow(InvalidOptionError)
    }
    class Order {
      readonly status: string
      constructor(status: string) {
        this.status = status
      }
    }
    const can = (status: string) =>
      authorization.can({ principal, action: 'order:update', resource: new Order(status) })
    expect([can('locked'), can('open')]).toEqual([false, true])
    // A rejection that nobody handles would end the run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('a role is what it is called, in every letter', () => {
    const authorization = defineAuthorization()({ roles: ['admin'], permissions: { admin: ['*'] } })
    for (const role of ['Admin', 'ADMIN', 'admin ', ' admin', 'admin\0', 'аdmin'])
      expect(authorization.can({ principal: { id: 'x', roles: [role] }, action: 'post:read' })).toBe(false)
  })
})

/** Translated from the semantics of Cedar: satisfied permits, satisfied forbids, errors. */
describe('Cedar: default deny, forbid overrides, errors are skipped', () => {
  const T = () => true
  const F = () => false
  const E = () => {
    throw new Error('This policy fails.')
  }
  test.each([
    ['no policy', [], 'deny'],
    ['a permit', [['allow', T]], 'allow'],
    ['a permit that does not apply', [['allow', F]], 'deny'],
    ['a forbid alone', [['deny', T]], 'deny'],
    [
      'a permit and a forbid',
      [
        ['allow', T],
        ['deny', T],
      ],
      'deny',
    ],
    [
      'a permit and a forbid that does not apply',
      [
        ['allow', T],
        ['deny', F],
      ],
      'allow',
    ],
    [
      'two permits, of which one fails',
      [
        ['allow', E],
        ['allow', T],
      ],
      'allow',
    ],
    ['a permit that fails', [['allow', E]], 'deny'],
    // Cedar skips a forbid that fails; here it forbids.
    [
      'a permit, and a forbid that fails',
      [
        ['allow', T],
        ['deny', E],
      ],
      'deny',
    ],
  ] as const)('%s', (_, policies, decision) => {
    const authorization = defineAuthorization()({
      roles: [],
      policies: policies.map(([effect, when], index) => ({ id: `p${index}`, effect, actions: ['*'], when })),
    })
    expect(authorization.check({ principal: { id: 'x' }, action: 'a:b', resource: { id: 1 } }).decision).toBe(
      decision,
    )
  })
})
