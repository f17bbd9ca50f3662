import { AppError, TimeoutError, UnavailableError } from '@base/core/errors'

/** What opossum refuses a call with, in the words of the family; anything else as it is. */
export function translate(error: unknown, name: string): unknown {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown }
  const details = { name }
  switch (code) {
    case 'EOPENBREAKER':
      return unavailable('CIRCUIT_OPEN', `Circuit '${name}' is open.`)
    case 'ESEMLOCKED':
      return unavailable('BULKHEAD_FULL', `Circuit '${name}' has no room for another call.`)
    case 'ETIMEDOUT':
      return new TimeoutError({ message: `No answer in time (circuit '${name}').`, details, cause: error })
    case 'ESHUTDOWN':
      return new UnavailableError({ message: `Circuit '${name}' was shut down.`, details, cause: error })
    default:
      return error
  }

  function unavailable(ours: string, message: string): AppError {
    return new AppError({ code: ours, kind: 'unavailable', message, details, cause: error })
  }
}
