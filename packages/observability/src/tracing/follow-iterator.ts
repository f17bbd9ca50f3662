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
  followSteps(iterator, ['next', 'return', 'throw'], run, isLast)
  return iterator
}

/**
 * Each time it is iterated, the iterator is followed. One that has a `next` of its own is one, or a cursor: `next` gives its rows,
 * whatever these are, as for a generator that it is iterated by.
 */
export function followAsyncIterable<T extends AsyncIterable<unknown>>(iterable: T, run: SpanRun): T {
  const iterate = iterable[Symbol.asyncIterator]
  const followed = new WeakSet<object>()
  if (isAsyncGeneratorFunction(iterate)) followCursor(iterable, run)
  else if (typeof (iterable as { next?: unknown }).next === 'function')
    followed.add(followIterator(iterable, run))
  ownMethod(iterable, Symbol.asyncIterator, () => {
    const iterator = run.within(() => iterate.call(iterable))
    try {
      if (!followed.has(iterator)) followed.add(followIterator(iterator, run))
    } catch {
      // Frozen, or none: it is the reader's as it is.
      run.end()
    }
    return iterator
  })
  return iterable
}

/** Such a one gives a generator, never what it is a method of. */
function isAsyncGeneratorFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncGeneratorFunction]'
}

/** Its span ends with `next` that gives nothing, with `hasNext` that says so, and when it is closed. */
function followCursor(cursor: object, run: SpanRun): void {
  if (typeof (cursor as { next?: unknown }).next !== 'function') return
  followSteps(cursor, ['next'], run, (row) => row === null || row === undefined)
  followSteps(cursor, ['hasNext'], run, (hasNext) => hasNext === false)
  followSteps(cursor, ['close'], run, () => true)
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

/** Also where a cursor that is compiled to older JavaScript has no row left. */
function isLast(result: unknown): boolean {
  return result === null || result === undefined || (result as { done?: unknown }).done === true
}
