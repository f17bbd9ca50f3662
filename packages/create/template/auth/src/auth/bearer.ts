import { type AppError, UnauthenticatedError } from '@base/core/errors'
import type { Context } from 'hono'
import { problemResponse } from '../http/problem.ts'

/** What stands behind `Bearer` in `Authorization`; the empty text where nothing does. */
export function bearerOf(c: Context): string {
  return /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
}

/** The answer to who does not pass. Which check of a credential refused is in its code, and nobody's business. */
export function refuse(error: AppError): Response {
  if (error.kind === 'forbidden') return problemResponse(error)
  const response = problemResponse(new UnauthenticatedError({ message: error.message }))
  response.headers.set('www-authenticate', 'Bearer')
  return response
}
