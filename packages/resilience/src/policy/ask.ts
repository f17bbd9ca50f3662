import { reportCallbackError } from '@base/core/events'

/**
 * What the user's `callback` answers. One that throws never changes a call: it is reported, and `otherwise` holds. The
 * same for one that gives a promise: see {@link atOnce}.
 */
export function ask<T>(pattern: string, callback: string, question: () => T, otherwise: T): T {
  try {
    return atOnce(question())
  } catch (error) {
    reportCallbackError(error, { package: '@base/resilience', pattern, callback })
    return otherwise
  }
}

/**
 * The answer, unless it is a promise: nobody waits for it, and it would count as a yes whatever comes of it.
 *
 * @throws TypeError for a promise, whose rejection is nobody else's.
 */
export function atOnce<T>(answer: T): T {
  if (!isPromise(answer)) return answer
  Promise.resolve(answer).catch(() => {})
  throw new TypeError('it gave a promise, and has to answer at once')
}

/** Also one of another realm. */
function isPromise(answer: unknown): boolean {
  if (typeof answer !== 'object') return false
  return answer instanceof Promise || Object.prototype.toString.call(answer) === '[object Promise]'
}
