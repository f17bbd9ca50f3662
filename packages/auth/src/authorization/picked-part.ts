type Scalar = string | number | bigint | boolean | symbol | null | undefined
type AnyFunction = (...args: never) => unknown

/** Whether an object has a method: dates, bytes, maps, secrets and the like are no rows. */
type HasMethod<T> = {
  [Field in keyof T]-?: unknown extends T[Field] ? never : T[Field] extends AnyFunction ? Field : never
}[keyof T] extends never
  ? false
  : true

/** Of a value within a row. What has methods is picked as a whole, or not at all, and so is a list of scalars. */
type Nested<T> = T extends Scalar | readonly Scalar[] | AnyFunction
  ? T
  : T extends unknown[]
    ? Nested<T[number]>[]
    : T extends readonly unknown[]
      ? readonly Nested<T[number]>[]
      : T extends object
        ? HasMethod<T> extends true
          ? T
          : string extends keyof T
            ? { [Field in keyof T]: Nested<T[Field]> }
            : { [Field in keyof T]?: Nested<T[Field]> }
        : T

/** What `pick` leaves of a row: maybe not every field, also of the objects in it and of those in its lists, at any depth. */
export type PickedPart<Row> = { [Field in keyof Row]?: Nested<Row[Field]> }
