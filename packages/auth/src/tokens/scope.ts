const NAME = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const MAX_LENGTH = 4_096

/** Whether a value is one name of a scope: printable ASCII without quote and backslash. @see RFC 6749, section 3.3 */
export function isScopeName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value)
}

/** Whether a value is a scope: names with one space between them, of at most 4,096 characters. */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_LENGTH && value.split(' ').every(isScopeName)
}

/** Whether each name of a scope is in another; nothing is in the scope that is absent. */
export function isWithin(scope: string, granted: string | undefined): boolean {
  const names = new Set(granted?.split(' '))
  return scope.split(' ').every((name) => names.has(name))
}
