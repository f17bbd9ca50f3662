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

/** Answers whoever is one, of whichever realm, and throws for what only says that it is. */
const READS: Readonly<Record<keyof BuiltIns, (this: never) => unknown>> = {
  // Nothing is copied.
  ArrayBuffer(this: never) {
    return new DataView(this)
  },
  Date: Date.prototype.getTime,
  Map: Map.prototype.keys,
  Set: Set.prototype.keys,
}

/**
 * Whether a value is an instance of a class of the language, or of one that extends it, in this realm or another, such as the outer
 * one of a test in Jest. What only calls itself so, by its `Symbol.toStringTag`, is none.
 *
 * @example
 * isBuiltIn(structuredClone(new Map()), 'Map') // true, also in Jest, where it is no `instanceof Map`
 */
export function isBuiltIn<Name extends keyof BuiltIns>(value: object, name: Name): value is BuiltIns[Name] {
  if (Object.prototype.toString.call(value) !== `[object ${name}]`) return false
  try {
    READS[name].call(value as never)
    return true
  } catch {
    return false
  }
}
