import type { Scalar } from '@base/core/expression'

/** Where a path ends: what is compared, and what has no fields of its own. */
type End = Scalar | undefined | symbol | readonly unknown[] | ArrayBufferView

type Method = (...args: never) => unknown

/** The depths still to go. */
type Shorter = [never, never, 1, 2, 3]

/**
 * The fields of a row as dotted paths, up to four names long: those that `where` of @base/domain takes, on which this package
 * does not stand.
 */
export type RowPath<T, Depth extends number = 4> = unknown extends T
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
      : K | `${K}.${RowPath<V, Shorter[Depth]>}`

/** The type of the field at a path; `null` is part of it where an object on the way may be absent. */
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
