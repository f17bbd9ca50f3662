/** The roles that each role inherits from. */
export type Inheritance<R extends string> = { readonly [Role in R]?: readonly R[] }

/** The roles that some roles inherit from directly. */
type Parents<I, Role> = Role extends keyof I ? (I[Role] extends readonly (infer P)[] ? P : never) : never

/** The roles that some roles inherit from, one generation after the other until nothing new comes. */
type Ancestors<I, Role, Seen = never> = [Exclude<Parents<I, Role>, Seen>] extends [never]
  ? Seen
  : Ancestors<I, Exclude<Parents<I, Role>, Seen>, Seen | Parents<I, Role>>

/** The roles that inherit from themselves, over however many others. */
type Cyclic<I> = { [Role in keyof I]: Role extends Ancestors<I, Role> ? Role : never }[keyof I]

/** What takes the place of the parents of a role that would inherit from itself. Nothing is of this type. */
export interface InheritsFromItself<Role> {
  /** The role, at one end of the ring and at the other. */
  readonly [RING]: Role
}

declare const RING: unique symbol

/** Refuses rings and roles that are not listed. Names that are known at run time alone are checked then. */
export type WithoutRing<I, R extends string> = string extends R
  ? unknown
  : { readonly [Role in Cyclic<I>]: InheritsFromItself<Role> } & {
      readonly [Role in Exclude<keyof I, R>]: never
    }
