/** Kinds of the platform, also those of another realm, such as a test runner's. */

/** Whether a value is a date. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || kindOf(value) === '[object Date]'
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Map<unknown, unknown> {
  return value instanceof Map || kindOf(value) === '[object Map]'
}

/** Whether a value is a set. */
export function isSet(value: unknown): value is Set<unknown> {
  return value instanceof Set || kindOf(value) === '[object Set]'
}

/** Whether an object is of no class: written as a literal, or without a prototype. */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  // Each realm has one that ends the chain and has this method itself.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** What kind of thing the platform says that a value is. A `Buffer` is a Uint8Array, which it comes back as from a codec. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value)
}
