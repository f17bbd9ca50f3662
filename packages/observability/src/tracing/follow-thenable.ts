import { ownMethod } from './own-method.js'
import type { SpanRun } from './span-run.js'

type Callback = ((value: unknown) => unknown) | null | undefined

/**
 * A thenable that is no plain promise, such as a query builder, may do nothing before it is awaited, and is more than
 * something to await: it stays itself, and ends the run once somebody awaits it.
 */
export function followThenable(
  thenable: PromiseLike<unknown>,
  run: SpanRun,
  follow: (value: unknown, run: SpanRun) => unknown,
): PromiseLike<unknown> {
  const { then } = thenable
  ownMethod(thenable, 'then', (fulfilled: Callback, rejected: Callback) =>
    run.within(() =>
      Reflect.apply(then, thenable, [
        (value: unknown) => {
          const followed = follow(value, run)
          return typeof fulfilled === 'function' ? fulfilled(followed) : followed
        },
        (error: unknown) => {
          run.fail(error)
          if (typeof rejected === 'function') return rejected(error)
          throw error
        },
      ]),
    ),
  )
  return thenable
}
