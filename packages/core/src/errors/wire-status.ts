import { type ErrorKind, isErrorKind } from './kind.js'

/** The one table of wire statuses: HTTP by RFC 9110 (499 is nginx's), gRPC by its status codes. */
const STATUS: Readonly<Record<ErrorKind, { readonly http: number; readonly grpc: number }>> = {
  invalid: { http: 422, grpc: 3 },
  unauthenticated: { http: 401, grpc: 16 },
  forbidden: { http: 403, grpc: 7 },
  not_found: { http: 404, grpc: 5 },
  // ABORTED: the caller may repeat at a higher level, as after a stale version.
  conflict: { http: 409, grpc: 10 },
  precondition_failed: { http: 412, grpc: 9 },
  // RESOURCE_EXHAUSTED is what gRPC's own libraries answer to a message over the size limit.
  too_large: { http: 413, grpc: 8 },
  rate_limited: { http: 429, grpc: 8 },
  timeout: { http: 504, grpc: 4 },
  cancelled: { http: 499, grpc: 1 },
  unavailable: { http: 503, grpc: 14 },
  unsupported: { http: 501, grpc: 12 },
  internal: { http: 500, grpc: 13 },
}

/**
 * The HTTP status of a kind; 500 for a kind that this version does not know.
 *
 * @example
 * httpStatusOf('not_found') // 404
 * @see RFC 9110, section 15
 */
export function httpStatusOf(kind: ErrorKind): number {
  return isErrorKind(kind) ? STATUS[kind].http : STATUS.internal.http
}

/**
 * The gRPC status code of a kind; 13 (INTERNAL) for a kind that this version does not know.
 *
 * @example
 * grpcStatusOf('not_found') // 5
 * @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
export function grpcStatusOf(kind: ErrorKind): number {
  return isErrorKind(kind) ? STATUS[kind].grpc : STATUS.internal.grpc
}
