import { InvalidOptionError } from '@base/core/errors'
import { describe, expect, test } from 'vitest'
import { defineAuthorization } from './index.js'

const plain = { id: 'p', effect: 'allow', actions: ['order:read'] }

const RULE = (role: string) => ({ [role]: { 'order:read': ['id'] } })
const WITHOUT_EFFECT =
  "fields.c.order:read must be left out, without effect: 'c' inherits from 'a', which may use all fields"

const define = (definition: unknown) => defineAuthorization()(definition as never)

describe('a definition', () => {
  test.each([
    ['a role that inherits from itself', { roles: ['a'], inherits: { a: ['a'] } }, 'inherits.a'],
    [
      'a ring of three',
      { roles: ['a', 'b', 'c'], inherits: { a: ['b'], b: ['c'], c: ['a'] } },
      'inherits.a must be without a ring (a → b → c → a)',
    ],
    [
      'a ring that hangs on a way into it',
      { roles: ['x', 'a', 'b'], inherits: { x: ['a'], a: ['b'], b: ['a'] } },
      'a → b → a',
    ],
    ['an unknown parent', { roles: ['a'], inherits: { a: ['b'] } }, 'inherits.a'],
    ['an unknown heir', { roles: ['a'], inherits: { b: ['a'] } }, 'inherits'],
    ['permissions of an unknown role', { roles: ['a'], permissions: { b: ['x:y'] } }, 'permissions'],
    ['a permission without a type', { roles: ['a'], permissions: { a: ['read'] } }, 'permissions.a'],
    [
      'a permission with a wildcard for a type',
      { roles: ['a'], permissions: { a: ['*:read'] } },
      'permissions.a',
    ],
    ['a permission with spaces', { roles: ['a'], permissions: { a: ['order: read'] } }, 'permissions.a'],
    ['a permission that is a text', { roles: ['a'], permissions: { a: 'order:read' } }, 'permissions.a'],
    ['a role that comes twice', { roles: ['a', 'a'] }, 'roles'],
    ['a role without a name', { roles: [''] }, 'roles.0'],
    ['no roles', {}, 'roles'],
    ['an option that there is not', { roles: [], polices: [] }, 'definition'],
    ['a policy of an unknown role', policy({ roles: ['b'] }), 'policies.0.roles'],
    ['a policy without an effect', policy({ effect: undefined }), 'policies.0.effect'],
    ['a policy with another effect', policy({ effect: 'permit' }), 'policies.0.effect'],
    ['a policy without actions', policy({ actions: [] }), 'policies.0.actions'],
    ['a policy without an id', policy({ id: '' }), 'policies.0.id'],
    ['a policy with the id of a permission', policy({ id: 'role:a:*' }), 'policies.0.id'],
    ['a policy whose function is none', policy({ when: true }), 'policies.0.when'],
    ['a policy with a misspelled condition', policy({ were: () => ({}) }), 'policies.0'],
    ['two policies of one id', { roles: [], policies: [plain, plain] }, 'policies'],
    ['fields of an unknown role', { roles: ['a'], fields: { b: {} } }, 'fields'],
    ['fields of what is no action', { roles: ['a'], fields: { a: { 'order:*': ['id'] } } }, 'fields.a'],
    [
      'a field that is empty',
      { roles: ['a'], fields: { a: { 'order:read': ['x.'] } } },
      'fields.a.order:read',
    ],
    ['fields of a role that inherits all', heir({ permissions: { a: ['order:read'] } }), WITHOUT_EFFECT],
    ['fields of one that inherits all of a type', heir({ permissions: { a: ['order:*'] } }), WITHOUT_EFFECT],
    ['fields of one that inherits everything', heir({ permissions: { a: ['*'] } }), WITHOUT_EFFECT],
    [
      'fields of one that may do it by itself too',
      heir({ permissions: { a: ['*'], c: ['order:read'] } }),
      WITHOUT_EFFECT,
    ],
    [
      'fields of one between which and all another has a rule',
      heir({ permissions: { a: ['*'] }, fields: { b: { 'order:read': ['id'] } } }),
      WITHOUT_EFFECT.replace('.c.', '.b.').replace("'c'", "'b'"),
    ],
    [
      'fields of one that inherits all by a policy without a condition',
      heir({ policies: [{ ...plain, roles: ['a'] }] }),
      WITHOUT_EFFECT,
    ],
    ['null', null, 'definition'],
  ])('is refused with its place: %s', (_, definition, place) => {
    expect(() => define(definition)).toThrow(InvalidOptionError)
    expect(() => define(definition)).toThrow(place)
  })

  test.each<[string, object]>([
    ['its parent has one too', { permissions: { a: ['*'] }, fields: { ...RULE('a'), ...RULE('c') } }],
    ['its parent may do something else', { permissions: { a: ['order:pay'] } }],
    ['its parent gives it for some things', { policies: [{ ...plain, roles: ['a'], when: () => true }] }],
    ['its parent is forbidden', { policies: [{ ...plain, roles: ['a'], effect: 'deny' }] }],
    [
      'its parent is under a rule by a policy',
      { policies: [{ ...plain, roles: ['b'] }], fields: { ...RULE('a'), ...RULE('c') } },
    ],
    ['everyone may do it', { policies: [plain] }],
    ['its heirs may do it', { permissions: { d: ['*'] } }],
  ])('may have fields of a role where %s', (_, changes) => {
    expect(() => define(heir(changes))).not.toThrow()
  })

  test('may inherit along two ways to one role', () => {
    const diamond = define({
      roles: ['base', 'left', 'right', 'top'],
      inherits: { left: ['base'], right: ['base'], top: ['left', 'right'] },
    })
    expect(diamond.roles.inherited('top')).toEqual(['top', 'left', 'right', 'base'])
  })

  test('may be 20,000 roles deep', () => {
    const roles = Array.from({ length: 20_000 }, (_, index) => `r${index}`)
    const inherits = Object.fromEntries(roles.slice(1).map((role, index) => [role, [`r${index}`]]))
    const deep = define({ roles, inherits, permissions: { r0: ['order:read'] } })
    expect(deep.can({ principal: { id: 'x', roles: ['r19999'] }, action: 'order:read' })).toBe(true)
    expect(() => define({ roles, inherits: { ...inherits, r0: ['r19999'] } })).toThrow(InvalidOptionError)
  })

  test('is read once: what is done to it later changes nothing', () => {
    const permissions = { a: ['order:read'] }
    const policies = [{ id: 'p', effect: 'allow', actions: ['order:pay'], roles: ['a'] }]
    const authorization = define({ roles: ['a'], permissions, policies })
    permissions.a.push('*')
    policies[0]?.actions.push('*')
    policies.length = 0
    const can = (action: string) => authorization.can({ principal: { id: 'x', roles: ['a'] }, action })
    expect([can('order:read'), can('order:pay'), can('order:delete')]).toEqual([true, true, false])
  })

  test('takes names out of a prototype for names', () => {
    const roles = ['constructor', '__proto__', 'toString']
    const permissions = JSON.parse('{"__proto__": ["order:read"], "constructor": ["__proto__:toString"]}')
    const authorization = define({ roles, permissions })
    const can = (role: string, action: string) =>
      authorization.can({ principal: { id: 'x', roles: [role] }, action })
    expect([can('__proto__', 'order:read'), can('toString', 'order:read')]).toEqual([true, false])
    expect([can('constructor', '__proto__:toString'), can('constructor', 'order:read')]).toEqual([
      true,
      false,
    ])
  })
})

/** A role with a rule of fields, two that it inherits from, and one that inherits from it. */
function heir(changes: object): object {
  const inherits = { d: ['c'], c: ['b'], b: ['a'] }
  return { roles: ['a', 'b', 'c', 'd'], inherits, fields: RULE('c'), ...changes }
}

function policy(changes: object): unknown {
  return { roles: ['a'], policies: [{ ...plain, ...changes }] }
}
