import { diagnosticsChannel } from '@base/core/diagnostics'
import { ForbiddenError } from '@base/core/errors'
import { type Expression, isFieldPath } from '@base/core/expression'
import type {
  Authorization,
  AuthorizationDecision,
  AuthorizationExplanation,
  PermittedFields,
  Roles,
} from './authorization.js'
import { type Call, type RawQuery, readCall, refuse } from './call.js'
import { decide, isGranted } from './decide.js'
import { checkEffectiveFields } from './effective-fields.js'
import { explain } from './explain.js'
import { filterOf } from './filter.js'
import { decideField, NO_FIELDS, permittedFields } from './permitted-fields.js'
import { pickFields } from './pick-fields.js'
import type { PickedPart } from './picked-part.js'
import type { CheckedDefinition } from './read-definition.js'
import { RoleGraph } from './role-graph.js'
import { RoleRegistry } from './role-registry.js'
import { RuleBook } from './rule-book.js'

const decided = diagnosticsChannel<
  AuthorizationDecision & { readonly principal: object; readonly action: string }
>('base:auth:authorization:decided')

/** An {@link Authorization} out of a checked definition. */
export class RuleAuthorization<S, R extends string> implements Authorization<S, R> {
  readonly roles: Roles<S, R>
  readonly #graph: RoleGraph
  readonly #book: RuleBook

  constructor(definition: CheckedDefinition) {
    this.#graph = new RoleGraph(definition.parents)
    this.#book = new RuleBook(definition)
    checkEffectiveFields(definition, this.#graph, this.#book)
    this.roles = new RoleRegistry<S, R>(this.#graph, this)
  }

  check(query: RawQuery): AuthorizationDecision {
    return this.#check(this.#read(query))
  }

  can(query: RawQuery): boolean {
    const call = this.#read(query)
    const isPlain = call.rules.policed.length === 0 && call.mismatch === undefined && call.field === undefined
    if (isPlain && !decided.hasSubscribers) return isGranted(call)
    return this.#check(call).decision === 'allow'
  }

  authorize(query: RawQuery): AuthorizationDecision {
    return this.#authorize(this.#read(query))
  }

  filter(query: RawQuery): Expression<never> {
    // The rows are of the type that the query names, which only its own type says.
    return filterOf(this.#read({ ...query, resource: undefined })) as Expression<never>
  }

  explain(query: RawQuery): AuthorizationExplanation {
    const call = this.#read(query)
    return explain(call, this.#decide(call), this.#fields(call), this.#graph)
  }

  permittedFields(query: RawQuery): PermittedFields {
    return this.#fields(this.#read(query))
  }

  pick<Row extends object>(resource: Row, query: RawQuery): PickedPart<Row> {
    const call = this.#read({ ...query, resource })
    this.#authorize(call)
    return pickFields(resource, permittedFields(call, this.#graph)) as PickedPart<Row>
  }

  #read(query: RawQuery): Call {
    return readCall(query, this.#book, this.#graph)
  }

  #fields(call: Call): PermittedFields {
    return decide(call).decision === 'deny' ? NO_FIELDS : permittedFields(call, this.#graph)
  }

  #authorize(call: Call): AuthorizationDecision {
    const decision = this.#check(call)
    if (decision.decision === 'allow') return decision
    throw new ForbiddenError({ details: { action: call.rules.action } })
  }

  #check(call: Call): AuthorizationDecision {
    const decision = this.#decide(call)
    if (decided.hasSubscribers)
      decided.publish({ ...decision, principal: call.principal, action: call.rules.action })
    return decision
  }

  #decide(call: Call): AuthorizationDecision {
    const decision = decide(call)
    const { field } = call
    if (field === undefined || decision.decision === 'deny') return decision
    if (!isFieldPath(field))
      throw refuse('field', 'a path of names, none of them empty or of a prototype', field)
    return decideField(field, decision, call, this.#graph)
  }
}
