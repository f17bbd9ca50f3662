/**
 * What went wrong, in a word that every interface understands. Interfaces map kinds, never classes,
 * to an HTTP status, a gRPC status, or a message acknowledgement.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'rate_limited'
  | 'timeout'
  | 'cancelled'
  | 'unavailable'
  | 'unsupported'
  | 'internal'

/** Every kind, in the order of the type. */
export const errorKinds: readonly ErrorKind[] = Object.freeze([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'too_large',
  'rate_limited',
  'timeout',
  'cancelled',
  'unavailable',
  'unsupported',
  'internal',
] as const)

/** Whether a value is an {@link ErrorKind}. */
export function isErrorKind(value: unknown): value is ErrorKind {
  return errorKinds.includes(value as ErrorKind)
}
