import { reportCallbackError } from '@base/core/events'

/** What the user's `callback` answers. One that throws never changes a call: it is reported, and `otherwise` holds. */
export function ask<T>(pattern: string, callback: string, question: () => T, otherwise: T): T {
  try {
    return question()
  } catch (error) {
    reportCallbackError(error, { package: '@base/resilience', pattern, callback })
    return otherwise
  }
}
