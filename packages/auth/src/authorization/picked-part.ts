import type { Secret } from '@base/core/secret'

/**
 * Of a value within a row: objects and lists of them at any depth. Dates, bytes, maps, secrets, URLs, and whatever else has a
 * `Symbol.toStringTag`, are picked as a whole, or not at all; of an instance of any other class there may be a part, without its
 * methods.
 */
export type PickedValue<T> = T extends
  | (string | number | bigint | boolean | symbol | null | undefined)
  | readonly (string | number | bigint | boolean | symbol | null | undefined)[]
  | ((...args: never) => unknown)
  | Date
  | RegExp
  | ArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | URL
  | Blob
  | Secret<unknown>
  | {
      /** What says by this that it is something else than an object of fields. */
      readonly [Symbol.toStringTag]: string
    }
  ? T
  : // Not by a mapped type, which never ends for a list that may hold itself, such as one of JSON.
    T extends unknown[]
    ? PickedValue<T[number]>[]
    : T extends readonly unknown[]
      ? readonly PickedValue<T[number]>[]
      : T extends object
        ? string extends keyof T
          ? { [Field in keyof T]: PickedValue<T[Field]> }
          : { [Field in keyof T]?: PickedValue<T[Field]> }
        : T

/** What `pick` leaves of a row: maybe not every field, also of the objects in it and of those in its lists, at any depth. */
export type PickedPart<Row> = { [Field in keyof Row]?: PickedValue<Row[Field]> }
