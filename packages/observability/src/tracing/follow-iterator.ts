import { ownMethod } from './own-method.js'
import type { SpanRun } from './span-run.js'

type Step = IteratorResult<unknown> | Promise<IteratorResult<unknown>>
type Steps = Record<'next' | 'return' | 'throw', ((...args: unknown[]) => Step) | undefined>

/** Whether it is what a generator function returned. Other iterators, such as those of a Map, are plain values. */
export function isGenerator(value: object): boolean {
  return Symbol.iterator in value && Object.prototype.toString.call(value) === '[object Generator]'
}

/** Each step runs in the span, which ends with the last, with a failure, or when the reader stops. */
export function followIterator<T extends object>(iterator: T, run: SpanRun): T {
  const steps = iterator as unknown as Steps
  for (const method of ['next', 'return', 'throw'] as const) {
    const step = steps[method]
    if (typeof step !== 'function') continue
    ownMethod(iterator, method, (...args: unknown[]) => follow(() => step.apply(iterator, args), run))
  }
  return iterator
}

/** An async iterator is followed itself, another async iterable each time it is iterated. */
export function followAsyncIterable<T extends AsyncIterable<unknown>>(iterable: T, run: SpanRun): T {
  if (typeof (iterable as { next?: unknown }).next === 'function') return followIterator(iterable, run)
  const iterate = iterable[Symbol.asyncIterator]
  ownMethod(iterable, Symbol.asyncIterator, () =>
    followIterator(
      run.within(() => iterate.call(iterable)),
      run,
    ),
  )
  return iterable
}

function follow(step: () => Step, run: SpanRun): Step {
  let result: Step
  try {
    result = run.within(step)
  } catch (error) {
    run.fail(error)
    throw error
  }
  if (!('then' in result)) return seen(result, run)
  return result.then(
    (settled) => seen(settled, run),
    (error: unknown) => {
      run.fail(error)
      throw error
    },
  )
}

function seen(result: IteratorResult<unknown>, run: SpanRun): IteratorResult<unknown> {
  if (result.done === true) run.end()
  return result
}
