import { type ActionOf, defineAuthorization } from '@base/auth/authorization'
import type { OrderStatus } from '../orders/order-status.ts'
import { roles } from './roles.ts'

/** What the rules look at. */
interface Shop {
  readonly resources: {
    readonly order: { readonly customer: string; readonly status: OrderStatus }
    readonly customer: { readonly username: string }
    readonly item: object
    readonly account: object
    readonly job: object
  }
  readonly actions: {
    readonly order: OrderVerb
    readonly customer: 'read' | 'create'
    readonly item: 'write'
    readonly account: 'change-roles' | 'issue-keys'
    readonly job: 'run'
  }
}

/** What somebody may want to do: `order:place`. */
export type ShopAction = ActionOf<Shop>

/** What somebody may want to do with an order. */
export type OrderVerb = 'place' | 'read' | 'confirm' | 'cancel' | 'process' | 'ship' | 'deliver'

/**
 * Who may do what. The same rules decide about one order and filter the list of them, so that nobody sees in the one what the
 * other refuses.
 */
export const shopRules = defineAuthorization<Shop>()({
  roles,
  permissions: {
    customer: ['order:place'],
    support: ['order:read', 'order:process', 'order:ship', 'order:deliver', 'customer:read'],
    admin: ['*'],
  },
  policies: [
    {
      id: 'own-orders',
      effect: 'allow',
      roles: ['customer'],
      actions: ['order:read', 'order:confirm', 'order:cancel'],
      where: ({ principal }) => ({ op: 'equals', field: 'customer', value: principal.id }),
    },
    {
      // Whose money was taken decides about it, or an admin does.
      id: 'support-cancels-unpaid',
      effect: 'allow',
      roles: ['support'],
      actions: ['order:cancel'],
      where: () => ({ op: 'equals', field: 'status', value: 'pending' }),
    },
    {
      id: 'own-data',
      effect: 'allow',
      roles: ['customer'],
      actions: ['customer:read'],
      where: ({ principal }) => ({ op: 'equals', field: 'username', value: principal.id }),
    },
  ],
})
