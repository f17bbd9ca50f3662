import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, test } from 'vitest'
import { defineAuthorization, standardRoles } from './index.js'

const define = (definition: object) => defineAuthorization()(definition as never)
const authorization = define({
  roles: ['clerk', 'boss'],
  inherits: { boss: ['clerk'] },
  permissions: { clerk: ['order:read'] },
  fields: { clerk: { 'order:read': ['id', 'total'] } },
  policies: [{ id: 'always fails', effect: 'allow', actions: ['order:send'], when: fails }],
})
const principal = { id: 'ana', roles: ['clerk'] }
const ask = (query: object) => () =>
  authorization.check({ principal, action: 'order:read', ...query } as never)

function fails(): never {
  throw new Error('not today')
}

describe('what is wrong is named, with what is allowed', () => {
  test.each<[string, () => unknown, string]>([
    ['no principal', ask({ principal: null }), 'Authorization: principal must be an object, received null'],
    [
      'roles that are no list',
      ask({ principal: { roles: 'clerk' } }),
      `Authorization: principal.roles must be an array, received "clerk"`,
    ],
    [
      'no resource',
      ask({ resource: 'order' }),
      `Authorization: resource must be an object, received "order"`,
    ],
    [
      'a promise of a resource',
      ask({ resource: Promise.resolve({ id: 1 }) }),
      'Authorization: resource must be one thing that is there, no promise, array, Map or Set, received an object',
    ],
    [
      'a promise of a principal',
      ask({ principal: Promise.resolve({ id: 'ada' }) }),
      'Authorization: principal must be an object that is there, no promise, received an object',
    ],
    ['no action', ask({ action: 7 }), "Authorization: action must be a verb, or 'type:verb', received 7"],
    [
      'an action with a wildcard',
      ask({ action: 'order:*' }),
      `Authorization: action must be a verb, or 'type:verb', without wildcards, received "order:*"`,
    ],
    [
      'a verb without a type',
      ask({ action: 'read' }),
      'Authorization: type must be given beside a verb, or as the type of the resource, without wildcards, received undefined',
    ],
    [
      'a field of a prototype',
      ask({ field: '__proto__' }),
      `Authorization: field must be a path of names, none of them empty or of a prototype, received "__proto__"`,
    ],
    [
      'a permission that is none',
      () => define({ roles: ['a'], permissions: { a: ['read'] } }),
      `defineAuthorization: permissions.a must be a list of 'type:verb', 'type:*' or '*', received "read"`,
    ],
    [
      'permissions of nobody',
      () => define({ roles: ['a'], permissions: { b: ['*'] } }),
      `defineAuthorization: permissions must be keyed by the names in roles, received "b"`,
    ],
    [
      'a role that comes twice',
      () => define({ roles: ['a', 'a'] }),
      'defineAuthorization: roles must be names of which none comes twice',
    ],
    [
      'fields of no action',
      () => define({ roles: ['a'], fields: { a: { read: ['id'] } } }),
      `defineAuthorization: fields.a must be keyed by 'type:verb', received "read"`,
    ],
    [
      'a part that nobody knows',
      () => define({ roles: ['a'], more: 1 }),
      `must be an object of roles, inherits, permissions, policies, fields, received "more"`,
    ],
    [
      'a policy without actions',
      () => define({ roles: ['a'], policies: [{ id: 'p', effect: 'allow', actions: [] }] }),
      'defineAuthorization: policies.0.actions must be a list of one action at least',
    ],
    [
      'a policy whose action is none',
      () => define({ roles: ['a'], policies: [{ id: 'p', effect: 'allow', actions: ['read'] }] }),
      'defineAuthorization: policies.0.actions must be a list of',
    ],
    [
      'a policy that is called like a role',
      () => define({ roles: ['a'], policies: [{ id: 'role:a', effect: 'allow', actions: ['*'] }] }),
      `defineAuthorization: policies.0.id must be a text that does not begin with role:, received "role:a"`,
    ],
    [
      'a policy whose where is no function',
      () => define({ roles: ['a'], policies: [{ id: 'p', effect: 'allow', actions: ['*'], where: {} }] }),
      'defineAuthorization: policies.0.where must be a function',
    ],
    [
      'two policies of one name',
      () =>
        define({
          roles: ['a'],
          policies: ['p', 'p'].map((id) => ({ id, effect: 'allow', actions: ['*'] })),
        }),
      `defineAuthorization: policies must be policies of which no two have the same id, received "p"`,
    ],
    ['no types', () => standardRoles(), 'standardRoles: types must be one type at least'],
    [
      'a type without a name',
      () => standardRoles(''),
      'standardRoles: types must be a text that is not empty',
    ],
    [
      'a type that is no name',
      () => standardRoles('order', 'order:item'),
      "standardRoles: types must be without ':', '*' and spaces, received \"order:item\"",
    ],
    [
      'a composition of nothing',
      () => authorization.roles.compose('c', [] as never),
      'Authorization.roles.compose: parts must be a list of one role at least',
    ],
    [
      'a composition of no list',
      () => authorization.roles.compose('c', 'clerk' as never),
      'Authorization.roles.compose: parts must be a list of one role at least',
    ],
    [
      'a composition of nobody',
      () => authorization.roles.compose('c', ['nobody'] as never),
      `Authorization.roles.compose: parts must be roles that there are, received "nobody"`,
    ],
    [
      'a composition that is another role',
      () => authorization.roles.compose('boss', ['boss'] as never),
      `Authorization.roles.compose: name must be a name that no other role has, received "boss"`,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(`@base/auth `) }),
    )
    expect(call).toThrow(message)
  })
})

test('every decision is told on the channel, with who asked and for what', () => {
  const told: object[] = []
  const listener = (decision: unknown) => told.push(decision as object)
  subscribe('base:auth:authorization:decided', listener)
  try {
    expect(authorization.can({ principal, action: 'order:read' } as never)).toBe(true)
    expect(authorization.can({ principal, action: 'order:remove' } as never)).toBe(false)
  } finally {
    unsubscribe('base:auth:authorization:decided', listener)
  }
  authorization.can({ principal, action: 'order:read' } as never)
  expect(told).toMatchObject([
    { principal, action: 'order:read', decision: 'allow', reasons: ['role:clerk:order:read'] },
    { principal, action: 'order:remove', decision: 'deny', reasons: [] },
  ])
})

describe('explain', () => {
  const textOf = (query: object) => authorization.explain({ principal, ...query } as never).text.split('\n')

  test('tells the way to a permission, and the fields that come with it', () => {
    const boss = { id: 'eve', roles: ['boss'] }
    expect(textOf({ principal: boss, action: 'order:read' })).toEqual([
      'order:read: allow',
      'roles: boss, clerk',
      "permitted by 'order:read' of boss → clerk",
      'fields: id, total',
    ])
  })

  test('tells which policy failed, and of what', () => {
    expect(textOf({ action: 'order:send', resource: { type: 'order', id: 1 } })).toEqual([
      'order:send: deny',
      'roles: clerk',
      expect.stringMatching(/^policy 'always fails' \(allow\) /),
      "policy 'always fails' failed: not today",
    ])
  })

  test('tells that there is nothing to tell', () => {
    expect(textOf({ principal: { id: 'x' }, action: 'order:burn' })).toEqual([
      'order:burn: deny',
      'roles: none',
      'nothing is said about it',
    ])
  })
})
