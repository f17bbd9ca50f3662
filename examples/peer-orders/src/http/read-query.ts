import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type InputProblem, invalid } from '../problem.ts'

/** The query of a request as the schema makes it. @throws 422 naming every wrong parameter */
export function readQuery<T>({ query }: FastifyRequest, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(query)
  if (parsed.success) return parsed.data
  throw invalid(
    parsed.error.issues.map(({ path, message }) => ({ parameter: path.join('.'), detail: message })),
  )
}

/** The names in the path of a request as the schema makes them. @throws 422 naming every wrong one */
export function readParams<T>({ params }: FastifyRequest, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(params)
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map(toInputProblem))
}

/** A problem of a value, by its place. */
export function toInputProblem({ path, message }: z.core.$ZodIssue): InputProblem {
  // RFC 6901: `~` and `/` are escaped; as a URI fragment the rest is percent-encoded.
  const keys = path.map((key) => encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1')))
  return { pointer: ['#', ...keys].join('/'), detail: message }
}
