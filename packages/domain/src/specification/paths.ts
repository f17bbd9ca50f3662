import type { Scalar } from '@base/core/expression'

/** Where a path ends: what is compared, and what has no fields of its own. */
type End = Scalar | undefined | symbol | readonly unknown[] | ArrayBufferView

type Method = (...args: never) => unknown

/** The depths still to go. */
type Shorter = [never, never, 1, 2, 3]

/**
 * The fields of a type as dotted paths, up to four names long: `'name' | 'address' | 'address.city'`. It goes into
 * objects, optional and nullable ones too, and into each member of a union; arrays, dates and branded scalars are ends,
 * methods and names with a dot are left out. Four names, because a type that refers to itself has no end.
 *
 * @example
 * type UserField = Path<{ name: string; address?: { city: string } }> // 'name' | 'address' | 'address.city'
 */
export type Path<T, Depth extends number = 4> = unknown extends T
  ? string
  : T extends unknown
    ? { [K in keyof T & string]: PathsFrom<K, T[K], Depth> }[keyof T & string]
    : never

type PathsFrom<K extends string, V, Depth extends number> = V extends End
  ? K
  : V extends Method
    ? never
    : Depth extends 1
      ? K
      : K | `${K}.${Path<V, Shorter[Depth]>}`

/**
 * The type of the field at a path. `null` is part of it where the field, or an object on the way to it, may be absent.
 *
 * @example
 * type City = ValueAt<{ address?: { city: string } }, 'address.city'> // string | null
 */
export type ValueAt<T, P> = unknown extends T
  ? unknown
  : T extends object
    ? [P] extends [keyof T]
      ? T[P]
      : [P] extends [`${infer K}.${infer Rest}`]
        ? K extends keyof T
          ? ValueAt<T[K], Rest>
          : null
        : null
    : null
