import { invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { isName, parseAction } from './action-name.js'
import { isThenable } from './is-thenable.js'
import type { RoleGraph } from './role-graph.js'
import type { ActionRules, RuleBook } from './rule-book.js'

/** A question as it came, whatever the types say. */
export interface RawQuery {
  readonly principal?: { readonly roles?: unknown } | null
  readonly action?: unknown
  readonly type?: unknown
  readonly resource?: unknown
  readonly context?: unknown
  readonly field?: unknown
}

/** A question, with the rules that bear on it. */
export interface Call {
  readonly principal: object
  readonly context: unknown
  readonly rules: ActionRules
  /** Each role of the principal with what it inherits; a role may come twice. */
  readonly lineages: readonly (readonly string[])[]
  /** The thing; undefined where only its type is known. */
  readonly resource: object | undefined
  /** What the question is about by its type, where the action is about another. */
  readonly mismatch: string | undefined
  /** The field that is asked about, as it came. */
  readonly field: unknown
}

/** Checks a question. Throws an `InvalidOptionError` for what is none. */
export function readCall(query: RawQuery, book: RuleBook, graph: RoleGraph): Call {
  const { principal, action, type, resource, context, field } = query ?? {}
  if (typeof principal !== 'object' || principal === null) throw refuse('principal', 'an object', principal)
  if (isThenable(principal))
    throw refuse('principal', 'an object that is there, no promise', quiet(principal))
  checkResource(resource)
  const ofResource = (resource as { readonly type?: unknown } | undefined)?.type
  const rules = rulesOf(action, type ?? ofResource, book)
  return {
    principal,
    context,
    rules,
    lineages: readLineages(principal.roles, graph),
    resource: resource !== undefined && isMoreThanType(resource) ? resource : undefined,
    mismatch: otherType(rules.type, type, ofResource, book),
    field,
  }
}

/** A thing may have a `type` of its own that means something else: that it is the name of another type counts only where none is said. */
function otherType(expected: string, type: unknown, ofResource: unknown, book: RuleBook): string | undefined {
  if (type !== undefined) return type === expected ? undefined : textOf(type)
  if (typeof ofResource !== 'string' || ofResource === expected) return undefined
  return book.hasType(ofResource) ? ofResource : undefined
}

/** Never by its own words: it may be what a caller sent. */
function textOf(type: unknown): string {
  return typeof type === 'string' ? type : typeof type
}

function checkResource(resource: unknown): asserts resource is object | undefined {
  if (resource === undefined) return
  if (typeof resource !== 'object' || resource === null) throw refuse('resource', 'an object', resource)
  if (!isThenable(resource) && !isCollection(resource)) return
  throw refuse('resource', 'one thing that is there, no promise, array, Map or Set', quiet(resource))
}

/** What is refused nobody will hear fail. What is no Promise may be a query that `then` would run. */
function quiet(refused: object): object {
  if (refused instanceof Promise) refused.catch(() => {})
  return refused
}

/** Its fields are not those of a thing: what forbids by a field would find none, and forbid nothing. */
function isCollection(resource: object): boolean {
  return Array.isArray(resource) || resource instanceof Map || resource instanceof Set
}

function rulesOf(action: unknown, type: unknown, book: RuleBook): ActionRules {
  if (typeof action !== 'string') throw refuse('action', "a verb, or 'type:verb'", action)
  const known = book.find(action)
  if (known !== undefined) return known
  if (isName(action)) {
    if (isName(type)) return book.rules(type, action)
    throw refuse('type', 'given beside a verb, or as the type of the resource, without wildcards', type)
  }
  const parsed = parseAction(action)
  if (parsed !== undefined) return book.rules(parsed.type, parsed.verb)
  throw refuse('action', "a verb, or 'type:verb', without wildcards", action)
}

function readLineages(roles: unknown, graph: RoleGraph): readonly (readonly string[])[] {
  if (roles === undefined) return []
  if (Array.isArray(roles)) return roles.map((role) => graph.lineage(role))
  throw refuse('principal.roles', 'an array', roles)
}

/** A plain object of a `type` alone says nothing of the thing, and must not be taken for one whose fields are all absent. */
function isMoreThanType(resource: object): boolean {
  for (const key in resource) if (key !== 'type') return true
  const prototype = Object.getPrototypeOf(resource)
  return prototype !== Object.prototype && prototype !== null
}

/** The error of a part of a question. */
export function refuse(option: string, allowed: string, received: unknown): Error {
  return invalidOption(received, placeOf('Authorization')(option), allowed)
}
