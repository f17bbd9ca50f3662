import type { AuthError } from '@base/auth/errors'
import type { ForbiddenError } from '@base/core/errors'
import type { Context } from 'hono'
import { problemResponse } from '../http/problem.ts'

/** What stands behind `Bearer` in `Authorization`; the empty text where nothing does. */
export function bearerOf(c: Context): string {
  return /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
}

/** The answer to who does not pass. */
export function refuse(error: AuthError | ForbiddenError): Response {
  const response = problemResponse(error)
  if (response.status === 401) response.headers.set('www-authenticate', 'Bearer')
  return response
}
