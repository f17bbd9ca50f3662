import { guarded } from './guarded.js'
import { ownMethod } from './own-method.js'
import type { SpanRun } from './span-run.js'

type Method = (...args: unknown[]) => unknown

/** Whether it is what a generator function returned. Other iterators, such as those of a Map, are plain values. */
export function isGenerator(value: object): boolean {
  return Symbol.iterator in value && Object.prototype.toString.call(value) === '[object Generator]'
}

/** Each step runs in the span, which ends with the last, with a failure, or when the reader stops. */
export function followIterator<T extends object>(iterator: T, run: SpanRun): T {
  followSteps(iterator, ['next', 'return', 'throw'], run, endsWith)
  return iterator
}

/**
 * Each time it is iterated, the iterator is followed. One that has a `next` of its own is, too, by whatever that gives: results of
 * an iterator, or the rows of a cursor, which has none left where it gives none, or is closed.
 */
export function followAsyncIterable<T extends AsyncIterable<unknown>>(iterable: T, run: SpanRun): T {
  if (typeof (iterable as { next?: unknown }).next === 'function') {
    followIterator(iterable, run)
    followSteps(iterable, ['close'], run, () => true)
  }
  const iterate = iterable[Symbol.asyncIterator]
  ownMethod(iterable, Symbol.asyncIterator, () => {
    const iterator = run.within(() => iterate.call(iterable))
    // An iterator gives itself.
    return iterator === (iterable as unknown) ? iterator : followIterator(iterator, run)
  })
  return iterable
}

function followSteps(
  owner: object,
  methods: readonly string[],
  run: SpanRun,
  isLast: (result: unknown) => boolean,
): void {
  for (const method of methods) {
    const step = (owner as Record<string, unknown>)[method]
    if (typeof step !== 'function') continue
    ownMethod(owner, method, (...args: unknown[]) =>
      follow(() => Reflect.apply(step as Method, owner, args), run, isLast),
    )
  }
}

function follow(step: () => unknown, run: SpanRun, isLast: (result: unknown) => boolean): unknown {
  let result: unknown
  try {
    result = run.within(step)
  } catch (error) {
    run.fail(error)
    throw error
  }
  const seen = (settled: unknown) => {
    if (guarded('a step of an iterator', () => isLast(settled)) !== false) run.end()
    return settled
  }
  if (!isThenable(result)) return seen(result)
  return result.then(seen, (error: unknown) => {
    run.fail(error)
    throw error
  })
}

/** What cannot be asked is passed on. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return (
    guarded('a step of an iterator', () => typeof (value as { then?: unknown }).then === 'function') === true
  )
}

/** Whether nothing comes after it. A row may have a `done` of its own, beside other names. */
function endsWith(result: unknown): boolean {
  if (result === null || result === undefined) return true
  if (typeof result !== 'object' || (result as { done?: unknown }).done !== true) return false
  return Object.keys(result).every((name) => name === 'done' || name === 'value')
}
