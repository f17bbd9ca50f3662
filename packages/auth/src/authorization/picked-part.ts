/**
 * Of a value within a row: objects and lists of them at any depth. What has methods is picked as a whole, or not at all: dates,
 * bytes, maps, secrets and the like are no rows.
 */
export type PickedValue<T> = T extends (...args: never) => unknown
  ? T
  : T extends readonly unknown[]
    ? { [Index in keyof T]: PickedValue<T[Index]> }
    : T extends object
      ? {
          [Field in keyof T]-?: unknown extends T[Field]
            ? never
            : T[Field] extends (...args: never) => unknown
              ? Field
              : never
        }[keyof T] extends never
        ? string extends keyof T
          ? { [Field in keyof T]: PickedValue<T[Field]> }
          : { [Field in keyof T]?: PickedValue<T[Field]> }
        : T
      : T

/** What `pick` leaves of a row: maybe not every field, also of the objects in it and of those in its lists, at any depth. */
export type PickedPart<Row> = { [Field in keyof Row]?: PickedValue<Row[Field]> }
