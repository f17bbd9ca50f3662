import type { Expression } from '@base/core/expression'
import type { Secret } from '@base/core/secret'
import { where } from '@base/domain/specification'
import { describe, expectTypeOf, test } from 'vitest'
import { type Authorization, defineAuthorization, standardRoles } from './index.js'

interface Order {
  readonly id: number
  readonly customerId: string
  readonly address: { readonly city: string }
}

interface Shop {
  principal: { id: string }
  context: { hour: number }
  resources: { order: Order; report: { month: string } }
  actions: { order: 'read' | 'cancel'; report: 'read' }
}

const define = defineAuthorization<Shop>()
const principal = { id: 'ana', roles: ['customer'] }
const context = { hour: 9 }
const order: Order = { id: 1, customerId: 'ana', address: { city: 'Lisbon' } }

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

declare class Address {
  readonly city: string
  label(): string
}

interface Instant {
  readonly [Symbol.toStringTag]: string
  readonly epochMilliseconds: number
  add(duration: string): Instant
}

describe('a definition', () => {
  test('knows its roles', () => {
    const authorization = define({ roles: ['customer', 'admin'], inherits: { admin: ['customer'] } })
    expectTypeOf(authorization).toEqualTypeOf<Authorization<Shop, 'customer' | 'admin'>>()
    expectTypeOf(authorization.roles.compose('lead', ['admin'])).toEqualTypeOf<
      Authorization<Shop, 'customer' | 'admin' | 'lead'>
    >()
    // Out of a database, where they are texts.
    const row = { name: '', parts: [''] }
    expectTypeOf(authorization.roles.compose(row.name, row.parts)).toEqualTypeOf<
      Authorization<Shop, string>
    >()
    authorization.roles.replace('lead', row.parts)
    // @ts-expect-error a role is named by a text
    authorization.roles.compose('lead', [7])
    // @ts-expect-error a role is named by a text
    authorization.roles.replace('lead', [undefined])
  })

  test('takes parts of a question that may be missing', () => {
    const authorization = define({ roles: ['customer'] })
    const missing = undefined as string | undefined
    authorization.check({ principal, context, action: 'order:read', field: missing })
    const open = defineAuthorization()({ roles: ['customer'] })
    open.can({ principal, action: 'order:read', resource: order, context: {} as Shop })
    // @ts-expect-error a text is no context
    open.can({ principal, action: 'order:read', context: 'office' })
    open.check({ principal, context: undefined, action: 'order:read', type: missing })
  })

  test('does not compile with roles that inherit from themselves', () => {
    // @ts-expect-error directly
    define({ roles: ['a'], inherits: { a: ['a'] } })
    // @ts-expect-error a over b
    define({ roles: ['a', 'b'], inherits: { a: ['b'], b: ['a'] } })
    // @ts-expect-error a over b and c
    define({ roles: ['x', 'a', 'b', 'c'], inherits: { x: ['a'], a: ['b'], b: ['c'], c: ['x', 'a'] } })
    define({ roles: ['a', 'b', 'c', 'd'], inherits: { b: ['a'], c: ['a'], d: ['b', 'c'] } })
  })

  test('does not compile with names that there are not', () => {
    // @ts-expect-error an heir
    define({ roles: ['a'], inherits: { b: ['a'] } })
    // @ts-expect-error a parent
    define({ roles: ['a'], inherits: { a: ['b'] } })
    // @ts-expect-error a role with permissions
    define({ roles: ['a'], permissions: { b: ['order:read'] } })
    // @ts-expect-error a type
    define({ roles: ['a'], permissions: { a: ['invoice:read'] } })
    // @ts-expect-error a verb
    define({ roles: ['a'], permissions: { a: ['order:delete'] } })
    // @ts-expect-error a verb of another type
    define({ roles: ['a'], permissions: { a: ['report:cancel'] } })
    // @ts-expect-error a role of a policy
    define({ roles: ['a'], policies: [{ id: 'p', effect: 'deny', roles: ['b'], actions: ['*'] }] })
    // @ts-expect-error an action of a policy
    define({ roles: ['a'], policies: [{ id: 'p', effect: 'deny', actions: ['order:delete'] }] })
    // @ts-expect-error a field
    define({ roles: ['a'], fields: { a: { 'order:read': ['price'] } } })
    define({
      roles: ['a'],
      permissions: { a: ['order:*', '*', 'report:read'] },
      fields: { a: { 'order:read': ['id', 'address.city'] } },
    })
  })

  test('gives a policy the rows of its own actions', () => {
    define({
      roles: ['a'],
      policies: [
        {
          id: 'order',
          effect: 'allow',
          actions: ['order:read', 'order:cancel'],
          when: ({ resource, principal: asks, context: now }) => {
            expectTypeOf(resource).toEqualTypeOf<Order>()
            expectTypeOf(now).toEqualTypeOf<{ hour: number }>()
            return resource.customerId === asks.id
          },
          where: ({ principal: asks }) => where<Order>().equals('customerId', asks.id),
        },
        {
          id: 'all',
          effect: 'deny',
          actions: ['*'],
          when: ({ resource }) => {
            expectTypeOf(resource).toEqualTypeOf<Order | { month: string }>()
            return false
          },
        },
      ],
    })
    define({
      roles: ['a'],
      policies: [
        {
          id: 'report',
          effect: 'allow',
          actions: ['report:*'],
          // @ts-expect-error a condition on another row
          where: () => where<{ other: number }>().equals('other', 1),
        },
      ],
    })
  })

  test('takes the preset', () => {
    const authorization = defineAuthorization<Pick<Shop, 'resources'>>()(standardRoles('order'))
    expectTypeOf(authorization).toEqualTypeOf<
      Authorization<Pick<Shop, 'resources'>, 'viewer' | 'editor' | 'admin'>
    >()
  })
})

describe('a question', () => {
  const authorization = define({ roles: ['customer'] })

  test('is one of the schema', () => {
    authorization.can({ principal, context, action: 'order:read', resource: order })
    authorization.can({ principal, context, action: 'cancel', type: 'order' })
    authorization.can({ principal, context, action: 'cancel', resource: { ...order, type: 'order' } })
    // @ts-expect-error a verb of no type
    authorization.can({ principal, context, action: 'cancel', type: 'report' })
    // @ts-expect-error an action that there is not
    authorization.can({ principal, context, action: 'order:delete' })
    // @ts-expect-error the row of another type
    authorization.can({ principal, context, action: 'order:read', resource: { month: '2026-01' } })
    // @ts-expect-error without the context
    authorization.can({ principal, action: 'order:read' })
    // @ts-expect-error a principal without its id
    authorization.can({ principal: { roles: [] }, context, action: 'order:read' })
  })

  test('about a list gives a condition on its rows', () => {
    const filter = authorization.filter({ principal, context, action: 'read', type: 'order' })
    expectTypeOf(filter).toEqualTypeOf<Expression<Order>>()
  })

  test('picks a part, at any depth', () => {
    interface Row {
      readonly id: number
      readonly customer: { readonly name: string; readonly since: Date }
      lines: { sku: string; tags: string[] }[]
      readonly place: readonly [number, number]
      readonly photo: Uint8Array | null
      readonly prices: Map<string, number>
      readonly json: ReturnType<typeof JSON.parse>
      readonly unknown: unknown
      readonly parent?: Row
      readonly key: Secret<string>
      readonly home: URL
      readonly file: Blob
      readonly at: Instant
      readonly labels: Record<string, { readonly text: string; readonly size: number }>
      readonly data: Json
      readonly address: Address
      readonly brand: string & { readonly __brand: 'sku' }
    }
    const open = defineAuthorization()({ roles: ['customer'] })
    const seen = open.pick({} as Row, { principal, action: 'order:read' })
    expectTypeOf(seen.customer).toEqualTypeOf<{ readonly name?: string; readonly since?: Date } | undefined>()
    expectTypeOf(seen.lines).toEqualTypeOf<{ sku?: string; tags?: string[] }[] | undefined>()
    expectTypeOf(seen.place).toEqualTypeOf<readonly [number, number] | undefined>()
    expectTypeOf(seen.photo).toEqualTypeOf<Uint8Array | null | undefined>()
    expectTypeOf(seen.prices).toEqualTypeOf<Map<string, number> | undefined>()
    expectTypeOf(seen.key).toEqualTypeOf<Secret<string> | undefined>()
    expectTypeOf(seen.file).toEqualTypeOf<Blob | undefined>()
    expectTypeOf(seen.at).toEqualTypeOf<Instant | undefined>()
    expectTypeOf(seen.home).toEqualTypeOf<URL | undefined>()
    expectTypeOf(seen.labels).toEqualTypeOf<
      Record<string, { readonly text?: string; readonly size?: number }> | undefined
    >()
    expectTypeOf(seen.data).toExtend<Json | undefined>()
    // Of an instance too there may be some fields alone, and no methods.
    expectTypeOf(seen.address).toEqualTypeOf<{ readonly city?: string; label?: () => string } | undefined>()
    expectTypeOf(seen.brand).toEqualTypeOf<(string & { readonly __brand: 'sku' }) | undefined>()
    expectTypeOf(seen.json).toBeAny()
    expectTypeOf(seen.unknown).toBeUnknown()
    expectTypeOf(seen.parent?.parent?.customer?.name).toEqualTypeOf<string | undefined>()
    // @ts-expect-error it may be cut below
    seen.customer?.name.length
  })
})
