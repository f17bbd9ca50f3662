import { type ErrorKind, isErrorKind } from './kind.js'

/** The one table of wire statuses: HTTP by RFC 9110 (499 is nginx's), gRPC by its status codes. */
const STATUS: Readonly<Record<ErrorKind, readonly [http: number, grpc: number]>> = {
  invalid: [422, 3],
  unauthenticated: [401, 16],
  forbidden: [403, 7],
  not_found: [404, 5],
  // ABORTED: the caller may repeat at a higher level, as after a stale version.
  conflict: [409, 10],
  precondition_failed: [412, 9],
  // RESOURCE_EXHAUSTED is what gRPC's own libraries answer to a message over the size limit.
  too_large: [413, 8],
  rate_limited: [429, 8],
  timeout: [504, 4],
  cancelled: [499, 1],
  unavailable: [503, 14],
  unsupported: [501, 12],
  internal: [500, 13],
}

/**
 * The HTTP status of a kind; 500 for a kind that this version does not know.
 *
 * @example
 * httpStatusOf('not_found') // 404
 * @see RFC 9110, section 15
 */
export function httpStatusOf(kind: ErrorKind): number {
  return statusOf(kind)[0]
}

/**
 * The gRPC status code of a kind; 13 (INTERNAL) for a kind that this version does not know.
 *
 * @example
 * grpcStatusOf('not_found') // 5
 * @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
export function grpcStatusOf(kind: ErrorKind): number {
  return statusOf(kind)[1]
}

function statusOf(kind: ErrorKind): readonly [http: number, grpc: number] {
  return STATUS[isErrorKind(kind) ? kind : 'internal']
}
