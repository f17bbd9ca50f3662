import { isBuiltIn } from '../kind/is-built-in.js'
import { isPlainObject } from '../kind/is-plain-object.js'

type Node = typeof import('node:assert/strict')

/** Reached without an import, so that the subpath also loads where there is no Node. */
const node = globalThis.process?.getBuiltinModule?.('node:assert/strict') as Node

/** What {@link assert} tells. */
export interface Assert {
  /** The value is truthy. */
  ok(value: unknown, label?: string | Error): asserts value
  /** Both are the same, by `Object.is`. */
  equal<T>(actual: unknown, expected: T, label?: string | Error): asserts actual is T
  /** They are not. */
  notEqual(actual: unknown, expected: unknown, label?: string | Error): void
  /** Both hold the same, to the last part. */
  deepEqual<T>(actual: unknown, expected: T, label?: string | Error): asserts actual is T
  /** The promise rejects, with an error that holds what is expected. */
  rejects(promise: Promise<unknown>, expected?: object | ((error: unknown) => boolean)): Promise<void>
  /** It never should have come to this. */
  fail(label?: string | Error): never
}

/**
 * What conformance suites assert with: `node:assert`, strict. `deepEqual` compares lists, plain objects and dates by what they hold,
 * whichever realm has made them, as there are two in a test of Jest; what is absent is as good as `undefined`. The text of `equal`
 * and `deepEqual` says which comparison it was; what differs is told as well.
 *
 * @example
 * assert.deepEqual(structuredClone({ id: 1, name: undefined }), { id: 1 }, 'what was stored')
 */
export const assert: Assert = {
  ...node,
  equal: (actual: unknown, expected: unknown, label?: string | Error) =>
    labelled(label, () => node.equal(actual, expected)),
  deepEqual: (actual: unknown, expected: unknown, label?: string | Error) =>
    labelled(label, () => node.deepEqual(contentOf(actual), contentOf(expected))),
}

function labelled(label: string | Error | undefined, compare: () => void): void {
  try {
    compare()
  } catch (error) {
    if (label === undefined) throw error
    if (typeof label !== 'string') throw label
    const { message, ...told } = error as import('node:assert').AssertionError
    throw new node.AssertionError({ ...told, message: `${label}: ${message}`, stackStartFn: labelled })
  }
}

/** The same, made here and now; a circle as a circle. */
function contentOf(value: unknown, made = new Map<unknown, object>()): unknown {
  if (isBuiltIn(value, 'Date')) return new Date(value.getTime())
  const isList = Array.isArray(value)
  if (!isList && !isPlainObject(value)) return value
  const known = made.get(value)
  if (known !== undefined) return known
  const copy: object = isList ? [] : {}
  made.set(value, copy)
  const keys = isList ? value.keys() : Reflect.ownKeys(value as object)
  for (const key of keys) {
    const member = (value as Record<PropertyKey, unknown>)[key]
    if (!isList && (member === undefined || !Object.prototype.propertyIsEnumerable.call(value, key))) continue
    // Not by assignment, for a member may be called `__proto__`.
    const shown = { value: contentOf(member, made), enumerable: true, writable: true, configurable: true }
    Object.defineProperty(copy, key, shown)
  }
  return copy
}
