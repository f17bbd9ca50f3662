import type { Authorization } from './authorization.js'
import type { AuthorizationDefinition } from './definition.js'
import type { Inheritance } from './inheritance.js'
import { readDefinition } from './read-definition.js'
import { RuleAuthorization } from './rule-authorization.js'
import type { AuthorizationSchema, Permission } from './schema.js'

/**
 * Makes a definition of who may do what for the types of a schema. The first call takes the schema, which is a type; the second
 * takes the rules, and the compiler refuses roles, types and verbs that there are not, and roles that inherit from themselves.
 *
 * A principal has a role if it is named in `principal.roles`, and then has all that the role inherits. An action is allowed
 * if one of its roles has a permission for it, or a policy with the effect `allow` applies; it is denied, whatever else is
 * said, if a policy with the effect `deny` applies. What nobody permits is denied. No rule depends on the order of another.
 *
 * @example
 * interface Shop {
 *   principal: { id: number }
 *   resources: { order: { id: number; customerId: number; status: string } }
 *   actions: { order: 'read' | 'cancel' }
 * }
 *
 * const authorization = defineAuthorization<Shop>()({
 *   roles: ['customer', 'support'],
 *   permissions: { support: ['order:*'] },
 *   policies: [
 *     {
 *       id: 'own-orders',
 *       effect: 'allow',
 *       roles: ['customer'],
 *       actions: ['order:read', 'order:cancel'],
 *       where: ({ principal }) => ({ op: 'equals', field: 'customerId', value: principal.id }),
 *     },
 *     {
 *       id: 'sent-stays-sent',
 *       effect: 'deny',
 *       actions: ['order:cancel'],
 *       where: () => ({ op: 'equals', field: 'status', value: 'sent' }),
 *     },
 *   ],
 * })
 *
 * const ana = { id: 7, roles: ['customer'] }
 * const order = { id: 1, customerId: 7, status: 'sent' }
 * authorization.can({ principal: ana, action: 'order:read', resource: order }) // true
 * authorization.check({ principal: ana, action: 'order:cancel', resource: order }) // deny, because of 'sent-stays-sent'
 *
 * @throws `InvalidOptionError` from the second call, naming the rule: a role that is not listed, a ring of roles, a
 * permission of another form, an option that there is not.
 * @see Policy Language Semantics of Cedar: default deny, forbid overrides permit, errors skip a permit
 */
export function defineAuthorization<S = AuthorizationSchema>(): <
  const R extends string,
  const I extends Inheritance<R> = Inheritance<never>,
  const A extends readonly (readonly Permission<S>[])[] | [] = [],
>(
  definition: AuthorizationDefinition<S, R, I, A>,
) => Authorization<S, R> {
  return <R extends string>(definition: object) =>
    new RuleAuthorization<S, R>(readDefinition(definition)) as unknown as Authorization<S, R>
}
