/** The classes that {@link isBuiltIn} knows, by their names. */
export interface BuiltIns {
  /** Bytes. */
  readonly ArrayBuffer: ArrayBuffer
  /** A date. */
  readonly Date: Date
  /** A map. */
  readonly Map: Map<unknown, unknown>
  /** A set. */
  readonly Set: Set<unknown>
}

/** Throws for what has no content of the class: it only says that it is one, or has its prototype alone. */
type Read<T> = (value: T) => unknown

/** Asked as a user would, which a proxy of an instance answers too; by what copies nothing. */
const ASK: { readonly [Name in keyof BuiltIns]: Read<BuiltIns[Name]> } = {
  ArrayBuffer: (buffer) => buffer.slice(0, 0),
  Date: (date) => date.getTime(),
  Map: (map) => map.keys(),
  Set: (set) => set.keys(),
}

/** Asked of the content itself, whichever realm made it. Nothing is copied. */
const LOOK: { readonly [Name in keyof BuiltIns]: Read<BuiltIns[Name]> } = {
  ArrayBuffer: (buffer) => new DataView(buffer),
  Date: (date) => Date.prototype.getTime.call(date),
  Map: (map) => Map.prototype.keys.call(map),
  Set: (set) => Set.prototype.keys.call(set),
}

/**
 * Whether a value is an instance of a class of the language, or of one that extends it, in this realm or another, such as the outer
 * one of a test in Jest. A proxy of an instance is one where its methods work. What only calls itself so, by its
 * `Symbol.toStringTag`, is none.
 *
 * @example
 * isBuiltIn(structuredClone(new Map()), 'Map') // true, also in Jest, where it is no `instanceof Map`
 */
export function isBuiltIn<Name extends keyof BuiltIns>(value: unknown, name: Name): value is BuiltIns[Name] {
  const isOfHere = value instanceof globalThis[name]
  // Nearly all are neither, and to throw costs.
  if (!isOfHere && Object.prototype.toString.call(value) !== `[object ${name}]`) return false
  const read: Read<BuiltIns[Name]> = (isOfHere ? ASK : LOOK)[name]
  try {
    read(value as BuiltIns[Name])
    return true
  } catch {
    return false
  }
}
