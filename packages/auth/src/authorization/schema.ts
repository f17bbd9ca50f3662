import type { Principal } from '@base/core/context'

/**
 * What an application decides about: a type of yours that `defineAuthorization` is given, with any of these parts. It
 * exists for the compiler only, which then knows every action and what a policy may read.
 *
 * @example
 * interface Shop {
 *   principal: { id: string; tenant: string }
 *   resources: { order: { id: number; customerId: string; status: 'open' | 'sent' }; report: { month: string } }
 *   actions: { order: 'read' | 'cancel'; report: 'read' }
 * }
 */
export interface AuthorizationSchema {
  /** What is known of who asks, beside its roles. @defaultValue `Principal` of @base/core/context */
  readonly principal?: object
  /** What else decides, such as the time or the network. @defaultValue any object, or none */
  readonly context?: object
  /** The types of things by name, each with its row. @defaultValue any type, of any row */
  readonly resources?: object
  /** The verbs of each type. A type that is not there has any verb. @defaultValue any verb */
  readonly actions?: object
}

/** The names of the types of things. */
export type ResourceType<S> = S extends {
  /** As the schema says. */
  readonly resources: infer R
}
  ? keyof R & string
  : string

/** The row of a type of things. */
export type ResourceOf<S, T> = S extends {
  /** As the schema says. */
  readonly resources: infer R
}
  ? T extends keyof R
    ? R[T]
    : never
  : Readonly<Record<string, unknown>>

/** The verbs of a type of things. */
export type VerbOf<S, T> = S extends {
  /** As the schema says. */
  readonly actions: infer A
}
  ? T extends keyof A
    ? A[T] & string
    : string
  : string

/** The actions on a type of things: `'order:read'`. */
export type ActionOn<S, T extends string> = T extends string ? `${T}:${VerbOf<S, T>}` : never

/** Every action. */
export type ActionOf<S> = ActionOn<S, ResourceType<S>>

/** An action, every action on a type (`'order:*'`), or every action (`'*'`). Any text where no schema names the types. */
export type Permission<S> =
  string extends ResourceType<S> ? string : ActionOf<S> | `${ResourceType<S>}:*` | '*'

/** The types of things that a permission is about. */
export type TypeIn<S, P> = P extends '*'
  ? ResourceType<S>
  : P extends `${infer T}:${string}`
    ? T & ResourceType<S>
    : never

/** Who asks: its roles, and what the schema says. Roles that nobody has defined give nothing. */
export type PrincipalOf<S> = (S extends {
  /** As the schema says. */
  readonly principal: infer P
}
  ? P
  : Principal) & {
  /** The roles it acts in, as they stand in its token or its session. */
  readonly roles?: readonly string[] | undefined
}

/** What else decides. */
export type ContextOf<S> = S extends {
  /** As the schema says. */
  readonly context: infer C
}
  ? C
  : Readonly<Record<string, unknown>>

/** A field of a row, or a path that begins with one. */
export type FieldOf<Row> = (keyof Row & string) | `${keyof Row & string}.${string}`
