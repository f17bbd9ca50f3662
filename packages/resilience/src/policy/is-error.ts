/** Also one of another realm: that of Node's own errors, where a test runner gives its tests a realm of theirs. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}
