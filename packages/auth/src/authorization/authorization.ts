import type { Expression } from '@base/core/expression'
import type { AuthorizationQuery, FilterQuery } from './definition.js'
import type { PickedPart } from './picked-part.js'
import type { ResourceOf, ResourceType } from './schema.js'

/** What came of a question. */
export interface AuthorizationDecision {
  /**
   * `conditional` where it, or a field that was asked about, depends on the thing, and none was given: neither yes nor no.
   * `can` is then false, and `authorize` throws.
   */
  readonly decision: 'allow' | 'deny' | 'conditional'
  /**
   * What decided, in order: the ids of policies, and `role:<role>:<permission>` for permissions. None where nothing permits.
   * For your logs: they tell a caller how you decide.
   */
  readonly reasons: readonly string[]
  /** The policies that could not be asked; those that permit permitted nothing, those that forbid did. */
  readonly errors: readonly PolicyFailure[]
}

/** A policy that threw, or returned what is no answer. */
export interface PolicyFailure {
  /** The id of the policy. */
  readonly policy: string
  /** What it threw. */
  readonly error: unknown
}

/** The fields that may be used. */
export interface PermittedFields {
  /** Whether there is no rule that limits them. */
  readonly all: boolean
  /** The paths, sorted, where not all may be used; none where the action is denied. */
  readonly fields: readonly string[]
}

/** A permission that a principal has. */
export interface ExplainedGrant {
  /** The role whose permission it is. */
  readonly role: string
  /** The permission as it was written, wildcard included. */
  readonly permission: string
  /** How the principal comes to the role: from a role of its own to this one. */
  readonly through: readonly string[]
}

/** What a policy came to. */
export interface ExplainedPolicy {
  /** The id of the policy. */
  readonly id: string
  /** Whether it permits or forbids. */
  readonly effect: 'allow' | 'deny'
  /** Whether it applied; `conditional` where that depends on a thing that was not given; `failed` where it threw. */
  readonly outcome: 'applies' | 'does_not_apply' | 'conditional' | 'failed'
  /** Its condition for this principal, where it has one and could be asked. */
  readonly condition?: Expression
}

/** A decision, and all that went into it. */
export interface AuthorizationExplanation extends AuthorizationDecision {
  /** The action by its full name. */
  readonly action: string
  /** The roles that the principal has, inherited ones included. */
  readonly roles: readonly string[]
  /** The permissions among them that cover the action. */
  readonly grants: readonly ExplainedGrant[]
  /** The policies that are about this action and this principal. */
  readonly policies: readonly ExplainedPolicy[]
  /** The fields that may be used. */
  readonly fields: PermittedFields
  /** All that in sentences, one a line. */
  readonly text: string
}

/** The roles, and new ones made of them. */
export interface Roles<S, R extends string> {
  /** The name of every role. */
  readonly names: readonly string[]
  /**
   * Adds a role that has all that others have, such as one that an administrator has put together, and returns the
   * authorization, which knows it from now on. The same once more changes nothing.
   *
   * @throws `InvalidOptionError` where the name is taken by another role, or a part is no role.
   */
  compose<Name extends string>(name: Name, parts: readonly (R | (string & {}))[]): Authorization<S, R | Name>
  /**
   * Gives a composed role other parts, at once for all who have it, or a role made of it. Where it throws, all stays as it was.
   *
   * @throws `InvalidOptionError` where the name is not that of a composed role, a part is no role, or one inherits from it.
   */
  replace(name: string, parts: readonly (R | (string & {}))[]): void
  /**
   * Removes a composed role: it gives nothing from now on. One that there is not changes nothing.
   *
   * @throws `InvalidOptionError` where the role is one of the definition, or a part of another, which `replace` changes first.
   */
  remove(name: string): void
  /** The role and all that it inherits from, itself first; nothing for a role that nobody has defined. */
  inherited(role: string): readonly string[]
}

/**
 * Decides who may do what. Nothing is permitted by default; what a policy forbids, nothing permits; the order of roles,
 * permissions and policies means nothing. All is decided in memory and at once.
 *
 * A call that is not one throws an `InvalidOptionError`: a principal that is no object, roles that are no array, an action
 * without a type, a promise or a list instead of a thing.
 */
export interface Authorization<S, R extends string = string> {
  /** The decision, with its reasons. A policy that throws does not make it throw. */
  check(query: AuthorizationQuery<S>): AuthorizationDecision
  /** Whether the decision is `allow`. */
  can(query: AuthorizationQuery<S>): boolean
  /**
   * The decision where it is `allow`.
   *
   * @throws `ForbiddenError` otherwise, with the action in its details and no reason.
   */
  authorize(query: AuthorizationQuery<S>): AuthorizationDecision
  /**
   * A condition that a thing satisfies exactly where `check`, told the type, would allow it: for a list, a count or a bulk change. Make it
   * a specification by `specificationOf` of @base/domain. Where nothing is permitted it is an `or` of nothing, which no thing satisfies.
   *
   * @throws `UnsupportedError` naming a policy that has a `when`, where what conditions and permissions say leaves it to decide.
   */
  filter<T extends ResourceType<S>>(query: FilterQuery<S, T>): Expression<ResourceOf<S, T>>
  /** The decision and all that went into it: for tests, logs and administrators. Not for callers. */
  explain(query: AuthorizationQuery<S>): AuthorizationExplanation
  /**
   * The fields that may be used; none where the decision is `deny`. Where a type alone is named, those that may be used of
   * every thing for which it is allowed.
   */
  permittedFields(query: AuthorizationQuery<S>): PermittedFields
  /**
   * The part of a thing that may be seen: the thing itself where all of it may, otherwise a new object of the permitted
   * fields. An object in it has its permitted fields only, and so has each object of a list, which holds nothing else then.
   * Of dates, bytes, maps, secrets, URLs and other built-ins there is the whole or nothing.
   *
   * @throws `ForbiddenError` where the decision about this thing is not `allow`.
   */
  pick<Row extends object>(resource: Row, query: AuthorizationQuery<S>): PickedPart<Row>
  /** The roles. */
  readonly roles: Roles<S, R>
}
