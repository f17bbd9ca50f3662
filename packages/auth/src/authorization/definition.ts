import type { Expression } from '@base/core/expression'
import type { Inheritance, WithoutRing } from './inheritance.js'
import type {
  ActionOf,
  ActionOn,
  ContextOf,
  FieldOf,
  Permission,
  PrincipalOf,
  ResourceOf,
  ResourceType,
  TypeIn,
  VerbOf,
} from './schema.js'

/** What the function of a policy is given. */
export interface PolicyInput<S, Row> {
  /** Who asks. */
  readonly principal: PrincipalOf<S>
  /** The verb, without its type. */
  readonly action: string
  /**
   * The thing that is asked about. Where a check names a type alone, nothing is known of it, not even a `type` that is one of its
   * fields; a policy that looks at it then leaves the decision conditional, whatever it returns.
   */
  readonly resource: Row
  /** What the check was given. */
  readonly context: ContextOf<S>
}

/** What the condition of a policy is made from. The thing is not there: it is what the condition is about. */
export interface ConditionInput<S> {
  /** Who asks. */
  readonly principal: PrincipalOf<S>
  /** What the check was given. */
  readonly context: ContextOf<S>
}

/** A condition: an expression, or what holds one, as the specifications of @base/domain do. */
export type Condition<Row> =
  | Expression<Row>
  | {
      /** That tree. */
      readonly expression: Expression<Row>
    }

/**
 * A rule that looks at more than roles. It applies where the action is one of its own, the principal has one of its roles,
 * and both `where` and `when` hold as far as there are any. The order of policies means nothing.
 */
export interface Policy<
  S = object,
  R extends string = string,
  A extends readonly string[] = readonly Permission<S>[],
> {
  /** Names it in reasons and errors; unique, and not beginning with `role:`. */
  readonly id: string
  /** Whether it permits or forbids. What one policy forbids, nothing permits. */
  readonly effect: 'allow' | 'deny'
  /** The roles that it is for; a principal that inherits from one has it too. @defaultValue everyone */
  readonly roles?: readonly R[] | undefined
  /** The actions that it is about, wildcards included; at least one. */
  readonly actions: A
  /**
   * A condition on the thing, made anew at each check out of who asks. It also filters lists: prefer it to `when`. Compare with
   * what is there: an operand that is undefined is an error.
   */
  readonly where?: ((input: ConditionInput<S>) => Condition<ResourceOf<S, TypeIn<S, A[number]>>>) | undefined
  /**
   * A function of everything, for what no condition can say; pure and synchronous. It permits only by returning `true` itself, and
   * forbids by whatever is truthy. It is never made a part of a query: `filter` throws where such a policy would decide.
   */
  readonly when?: ((input: PolicyInput<S, ResourceOf<S, TypeIn<S, A[number]>>>) => boolean) | undefined
}

/** The fields that roles may use, by action. */
export type FieldRules<S, R extends string> = {
  readonly [Role in R]?: {
    readonly [A in ActionOf<S>]?: readonly FieldOf<ResourceOf<S, TypeIn<S, A>>>[]
  }
}

/** What is permitted, and to whom. Read and checked once; later changes of the object change nothing. */
export interface AuthorizationDefinition<
  S,
  R extends string,
  I extends Inheritance<R> = Inheritance<R>,
  A extends readonly (readonly Permission<S>[])[] = readonly (readonly Permission<S>[])[],
> {
  /** The name of every role; none twice. */
  readonly roles: readonly R[]
  /** The roles from which each role has everything too, to any depth. A ring does not compile. @defaultValue none */
  readonly inherits?: (I & WithoutRing<I, R>) | undefined
  /** What each role may do, whatever the thing: `'order:read'`, `'order:*'` or `'*'`. @defaultValue nothing */
  readonly permissions?: { readonly [Role in R]?: readonly Permission<S>[] } | undefined
  /** Rules that look at who asks, at the thing and at the context. @defaultValue none */
  readonly policies?: { readonly [K in keyof A]: Policy<S, R, A[K]> } | undefined
  /**
   * The fields that a role may use in an action. The rule of a role counts where that role, or one that it inherits from, permits
   * the action for this very thing: by a permission, or by a policy that allows and applies. A role that permits it itself, and
   * has no rule, may use all, and so may one that a policy names, if it inherits none. A policy for everyone is under the rules of
   * all roles of the principal: all may be used where none of them has one. What several roles may use adds up, also in a composed
   * role, which has no rule of its own; so a rule of a role that inherits the action with all fields would be without effect, and
   * is refused. A field covers what is below it, in the elements of a list too. @defaultValue all
   */
  readonly fields?: FieldRules<S, R> | undefined
}

/** An action by its full name, or a verb with a thing or its type. */
export type ActionQuery<S, T extends string> =
  | {
      /** The action: `'order:read'`. */
      readonly action: ActionOn<S, T>
      /** The type, to be said again where things have a field `type` that may be the name of another type. */
      readonly type?: T | undefined
      /**
       * The thing. One whose `type` is the name of another type is denied, unless the type is said. Without it a decision that
       * depends on it is conditional.
       */
      readonly resource?: ResourceOf<S, T> | undefined
    }
  | VerbQuery<S, T>

type VerbQuery<S, T extends string> =
  | {
      /** The verb. */
      readonly action: VerbOf<S, T>
      /** The type of the thing. */
      readonly type: T
      /** The thing. */
      readonly resource?: ResourceOf<S, T> | undefined
    }
  | {
      /** The verb. */
      readonly action: VerbOf<S, T>
      /** The thing, with its type. */
      readonly resource: ResourceOf<S, T> & { readonly type: T }
    }

/** Who asks, and in what context. The context may be left out where the schema has none. */
export type AskedBy<S> = {
  /** Who asks. */
  readonly principal: PrincipalOf<S>
} & (S extends {
  /** As the schema says. */
  readonly context: infer C
}
  ? {
      /** What else decides. */
      readonly context: C
    }
  : {
      /** What else decides. */
      readonly context?: object | undefined
    })

/** A question: may this principal do this, to this? */
export type AuthorizationQuery<S> = AskedBy<S> &
  (string extends ResourceType<S>
    ? OpenQuery
    : { [T in ResourceType<S>]: ActionQuery<S, T> }[ResourceType<S>]) & {
    /** Asks about one field as well: a path. @defaultValue none */
    readonly field?: string | undefined
  }

/** What is asked about where no schema names the types. */
export interface OpenQuery {
  /** The action by its full name; or a verb, with a type beside it or in the thing. */
  readonly action: string
  /** The type of the thing. */
  readonly type?: string | undefined
  /** The thing. Without it a decision that depends on it is conditional. */
  readonly resource?: object | undefined
}

/** A question about all things of a type: which of them may this principal do this to? */
export type FilterQuery<S, T extends string> = AskedBy<S> & {
  /** The verb, or the action by its full name. */
  readonly action: VerbOf<S, T> | ActionOn<S, T>
  /** The type of the things. */
  readonly type: T
}
