/**
 * What has members by name: a record, or an object whose type lists them, such as an interface or a class. No list, map, date,
 * promise or function, which hold what they hold in another way: each has one of these symbols.
 */
export type Members =
  | Readonly<Record<string, unknown>>
  | (object & {
      readonly [Mark in
        | typeof Symbol.iterator
        | typeof Symbol.toStringTag
        | typeof Symbol.toPrimitive
        | typeof Symbol.hasInstance]?: never
    })
