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

/** The object's own `Symbol.asyncIterator` behind the one put in front of it, for what is traced twice. */
const iterates = new WeakMap<object, unknown>()

/**
 * Each time it is iterated, the iterator is followed. One that has a `next` of its own is one, or a cursor, whose `next` gives
 * rows: it has a `hasNext`, or is iterated by a generator.
 */
export function followAsyncIterable<T extends AsyncIterable<unknown>>(iterable: T, run: SpanRun): T {
  const iterate = iterable[Symbol.asyncIterator]
  const first = iterates.get(iterate) ?? iterate
  const followed = new WeakSet<object>()
  const { next, hasNext } = iterable as { next?: unknown; hasNext?: unknown }
  if (isAsyncGeneratorFunction(first)) followCursor(iterable, run, isNothing)
  else if (typeof hasNext === 'function') followCursor(iterable, run, isEnd)
  else if (typeof next === 'function') followed.add(followIterator(iterable, run))
  const iterateFollowed = () => {
    const iterator = run.within(() => iterate.call(iterable))
    try {
      if (!followed.has(iterator)) followed.add(followIterator(iterator, run))
    } catch {
      // Frozen, or none: it is the reader's as it is.
      run.end()
    }
    return iterator
  }
  iterates.set(iterateFollowed, first)
  ownMethod(iterable, Symbol.asyncIterator, iterateFollowed)
  return iterable
}

/** Such a one gives a generator, never what it is a method of. */
function isAsyncGeneratorFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncGeneratorFunction]'
}

/** Its span ends with the last that `next` gives, with `hasNext` that says that there is none, and when it is closed. */
function followCursor(cursor: object, run: SpanRun, isLast: (row: unknown) => boolean): void {
  if (typeof (cursor as { next?: unknown }).next !== 'function') return
  followSteps(cursor, ['next'], run, isLast)
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
  return isNothing(result) || (result as { done?: unknown }).done === true
}

/** Of what gives rows or results of an iterator: a row may have a `done` of its own, beside other names. */
function isEnd(result: unknown): boolean {
  if (isNothing(result)) return true
  return isLast(result) && Object.keys(result as object).every((name) => name === 'done' || name === 'value')
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}
