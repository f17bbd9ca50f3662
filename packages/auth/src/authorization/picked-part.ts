/** What has no fields of its own. */
type Scalar = string | number | bigint | boolean | symbol | null | undefined

/** What is picked as a whole, or not at all. */
type Whole =
  | Scalar
  | readonly Scalar[]
  | Date
  | RegExp
  | ArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown)

/** What `pick` leaves of a thing: of an object, and of each in a list, at any depth, maybe not every field. */
export type PickedPart<T> = T extends Whole
  ? T
  : T extends unknown[]
    ? PickedPart<T[number]>[]
    : T extends readonly unknown[]
      ? readonly PickedPart<T[number]>[]
      : T extends object
        ? { [Field in keyof T]?: PickedPart<T[Field]> }
        : T
