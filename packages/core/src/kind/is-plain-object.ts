/**
 * Whether a value is an object of no class: a literal, what `JSON.parse` made, or one without a prototype; also where it comes from another
 * realm, such as the outer one of a test in Jest, whose `Object` is not the one here.
 *
 * @example
 * isPlainObject({ id: 1 }) // true
 * isPlainObject([]) // false
 */
export function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  // That of every realm ends the chain, and has this method itself.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')
}
