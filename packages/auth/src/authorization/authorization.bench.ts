import { defineAuthorization } from '@base/auth/authorization'
import { bench } from '@base-internal/tools/bench'
import { defineAbility, subject } from '@casl/ability'
import { newEnforcer, newModelFromString } from 'casbin'

const RULES = 10_000
const DEPTH = 12

const roles = Array.from({ length: DEPTH }, (_, index) => `r${index}`)
const inherits = Object.fromEntries(roles.slice(1).map((role, index) => [role, [`r${index}`]]))
/** 10,000 permissions over twelve roles; the one that is asked for is with the farthest ancestor. */
const permissions = Object.fromEntries(
  roles.map((role, r) => [
    role,
    Array.from({ length: RULES }, (_, index) => `t${index}:read`).filter((_, index) => index % DEPTH === r),
  ]),
)
const order = { id: 1, ownerId: 'u1', status: 'open' }

const small = defineAuthorization()({ roles: ['editor'], permissions: { editor: ['order:read'] } })
const large = defineAuthorization()({ roles, inherits, permissions })
const owned = defineAuthorization()({
  roles: ['user'],
  policies: [
    {
      id: 'own',
      effect: 'allow',
      actions: ['order:read'],
      where: ({ principal }) => ({ op: 'equals', field: 'ownerId', value: principal.id }),
    },
    {
      id: 'locked',
      effect: 'deny',
      actions: ['order:*'],
      where: () => ({ op: 'equals', field: 'status', value: 'locked' }),
    },
  ],
})

const editor = { id: 'u1', roles: ['editor'] }
const heir = { id: 'u1', roles: [`r${DEPTH - 1}`] }
const user = { id: 'u1', roles: ['user'] }

const caslSmall = defineAbility((can) => can('read', 'order'))
const caslLarge = defineAbility((can) => {
  for (const ofRole of Object.values(permissions))
    for (const one of ofRole) can('read', one.split(':')[0] ?? '')
})
const caslOwned = defineAbility((can, cannot) => {
  can('read', 'order', { ownerId: 'u1' })
  cannot('read', 'order', { status: 'locked' })
})
const caslOrder = subject('order', { ...order })

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act`

const casbin = await newEnforcer(newModelFromString(MODEL))
await casbin.addPolicies([['editor', 'order', 'read']])
await casbin.addGroupingPolicies([['u1', 'editor']])

await bench({
  name: '@base/auth/authorization',
  ours: '@base/auth',
  workloads: {
    'a permission of a role': {
      floor: () => order.status === 'open',
      contestants: {
        '@base/auth': () => small.can({ principal: editor, action: 'order:read', resource: order }),
        '@base/auth check': () =>
          small.check({ principal: editor, action: 'order:read', resource: order }).decision === 'allow',
        casl: () => caslSmall.can('read', caslOrder),
        casbin: () => casbin.enforceSync('u1', 'order', 'read'),
      },
    },
    '10,000 rules, 12 roles deep': {
      floor: () => order.status === 'open',
      contestants: {
        '@base/auth': () => large.can({ principal: heir, action: 't0:read' }),
        '@base/auth check': () => large.check({ principal: heir, action: 't0:read' }).decision === 'allow',
        'casl, flattened for one user': () => caslLarge.can('read', 't0'),
      },
    },
    'conditions on the thing': {
      floor: () => order.ownerId === user.id && order.status !== 'locked',
      contestants: {
        '@base/auth': () => owned.can({ principal: user, action: 'order:read', resource: order }),
        casl: () => caslOwned.can('read', caslOrder),
      },
    },
    'conditions, for a user who has just come': {
      floor: () => order.ownerId === user.id && order.status !== 'locked',
      contestants: {
        '@base/auth': () =>
          owned.can({ principal: { id: 'u1', roles: ['user'] }, action: 'order:read', resource: order }),
        casl: () =>
          defineAbility((can, cannot) => {
            can('read', 'order', { ownerId: 'u1' })
            cannot('read', 'order', { status: 'locked' })
          }).can('read', caslOrder),
      },
    },
    'a filter of two conditions': {
      floor: () => order.ownerId === user.id,
      contestants: {
        '@base/auth': () => owned.filter({ principal: user, action: 'read', type: 'order' }).op === 'and',
        'casl, of an ability that is there': () => caslOwned.rulesFor('read', 'order').length === 2,
      },
    },
  },
})
