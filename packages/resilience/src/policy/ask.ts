import { reportCallbackError } from '@base/core/events'

/**
 * What the user's `callback` answers. One that throws never changes a call: it is reported, and `otherwise` holds. The
 * same for one that gives a promise, which nobody waits for, and which would count as a yes whatever comes of it.
 */
export function ask<T>(pattern: string, callback: string, question: () => T, otherwise: T): T {
  try {
    const answer = question()
    if (!(answer instanceof Promise)) return answer
    answer.catch(() => {})
    throw new TypeError('it gave a promise, and has to answer at once')
  } catch (error) {
    reportCallbackError(error, { package: '@base/resilience', pattern, callback })
    return otherwise
  }
}
