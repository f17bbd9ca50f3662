import { isAbortSignal } from '@base/core/abort'
import { errorKind, isAppError } from '@base/core/errors'

/** Whether this is no fault, but that whoever called gave up: his signal aborted, or a block said so. */
export function isCallerAbort(
  error: unknown,
  args: readonly unknown[] | undefined,
  signal: AbortSignal | undefined,
): boolean {
  try {
    if (isAppError(error)) return error.kind === 'cancelled'
    // A deadline that has passed is worth knowing, whoever set it.
    if (errorKind(error) === 'timeout') return false
    if (signal !== undefined && isAbortOf(signal, error)) return true
    return args?.some((arg) => isAbortOf(arg, error) || isAbortOf(signalIn(arg), error)) ?? false
  } catch {
    // An argument whose properties throw is no signal.
    return false
  }
}

function signalIn(arg: unknown): unknown {
  return typeof arg === 'object' && arg !== null ? (arg as { signal?: unknown }).signal : undefined
}

function isAbortOf(candidate: unknown, error: unknown): boolean {
  if (!isAbortSignal(candidate) || !candidate.aborted) return false
  const cause = typeof error === 'object' && error !== null ? (error as { cause?: unknown }).cause : undefined
  return error === candidate.reason || errorKind(error) === 'cancelled' || cause === candidate.reason
}
