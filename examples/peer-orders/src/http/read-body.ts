import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { invalid, Problem } from '../problem.ts'
import { requestScope } from '../telemetry/request-scope.ts'
import { checkJson } from './check-json.ts'
import { toInputProblem } from './read-query.ts'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** Keeps the bytes of JSON for who reads them, and takes no notice of other bodies: not every route wants one. */
export function keepBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, ({ scope }, body, done) =>
    // It arrives in the context of its connection.
    requestScope.run(scope, () => done(null, body)),
  )
  app.addContentTypeParser('*', (_, payload, done) => {
    payload.resume()
    done(null)
  })
}

/**
 * The body of a request as the schema makes it.
 *
 * @throws 415 for what is not JSON, 400 for broken JSON, 422 naming every wrong field.
 */
export function readBody<T>({ body, headers }: FastifyRequest, schema: z.ZodType<T>): T {
  const type = headers['content-type']
  if (type === undefined || !JSON_TYPE.test(type)) throw notJson(type)
  const parsed = schema.safeParse(parse(body instanceof Buffer ? body : Buffer.alloc(0)))
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map(toInputProblem))
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function parse(body: Buffer): unknown {
  const text = decode(body)
  checkJson(text)
  try {
    return JSON.parse(text)
  } catch {
    // Without the engine's own message, which shows a piece of the text.
    throw new Problem(400, 'JSON_MALFORMED', 'The text is not JSON.')
  }
}

function decode(body: Buffer): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new Problem(400, 'JSON_NOT_UTF8', 'The bytes are not UTF-8.')
  }
}

function notJson(received = 'no content-type'): Problem {
  const message = `The body must be sent as application/json in UTF-8, received ${received}.`
  return new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', message, { headers: { accept: 'application/json' } })
}
