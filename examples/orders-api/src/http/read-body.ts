import { JsonError, parseJson, type StandardSchemaV1 } from '@base/core/schema'
import type { Context } from 'hono'
import { HttpError } from './problem.ts'

/**
 * The body of a request as the schema makes it.
 *
 * @throws 415 for what is not JSON, 400 for broken JSON, 422 naming every wrong field.
 */
export async function readBody<T>({ req }: Context, schema: StandardSchemaV1<unknown, T>): Promise<T> {
  if (!isJson(req.header('content-type'))) throw notJson(req.header('content-type'))
  const result = await parseJson(schema, new Uint8Array(await req.arrayBuffer()))
  if (result.ok) return result.value
  throw result.error instanceof JsonError ? malformed(result.error) : result.error
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType)
}

function notJson(received: string | undefined): HttpError {
  return new HttpError({
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    kind: 'invalid',
    message: `The body must be sent as application/json in UTF-8, received ${received ?? 'no content-type'}.`,
    headers: { accept: 'application/json' },
  })
}

/** The error of a text that is no JSON, with the status that HTTP has for it. */
function malformed({ code, kind, message, details = {} }: JsonError): HttpError {
  return new HttpError({ status: 400, code, kind, message, details })
}
