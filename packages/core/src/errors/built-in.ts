/** Whether a value is of a class of the language, in this realm or another; smaller than `isBuiltIn`, and takes its word. */
export function isOf(value: unknown, name: 'ArrayBuffer' | 'Error' | 'Map' | 'Set'): boolean {
  return value instanceof globalThis[name] || Object.prototype.toString.call(value) === `[object ${name}]`
}
