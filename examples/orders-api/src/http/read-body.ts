import { CancelledError } from '@base/core/errors'
import { JsonError, parseJson, type StandardSchemaV1 } from '@base/core/schema'
import type { Context } from 'hono'
import { HttpError } from './problem.ts'
import type { Client } from './server.ts'

/** More than the largest order needs. */
const MAX_BYTES = 64 * 1024
/** How much of a larger body is read, and forgotten: on a connection where it is still coming no other request is safe. */
const MAX_SKIPPED = 4 * 1024 * 1024

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

declare module 'hono' {
  interface ContextVariableMap {
    /** The body, once it was received. */
    body?: Uint8Array
  }
}

/** Waits until the body has come, and gives it whole, or as much of it as shows that it is too large. */
export async function receiveBody(c: Context): Promise<Uint8Array> {
  const body = c.get('body') ?? (await readBytes(c.req.raw, c.env as Client))
  c.set('body', body)
  return body
}

/**
 * The body of a request as the schema makes it.
 *
 * @throws 415 for what is not JSON, 413 past 64 KiB, 400 for broken JSON, 422 naming every wrong field.
 */
export async function readBody<T>(c: Context, schema: StandardSchemaV1<unknown, T>): Promise<T> {
  const contentType = c.req.header('content-type')
  if (contentType === undefined || !JSON_TYPE.test(contentType)) throw notJson(contentType)
  const result = await parseJson(schema, await receiveBody(c), { maxBytes: MAX_BYTES })
  if (result.ok) return result.value
  const { error } = result
  throw error instanceof JsonError && error.kind === 'invalid' ? malformed(error) : error
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

/** A chunked body announces nothing. */
async function readBytes(request: Request, { headers }: Client): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // At once, for a stream of the web costs more than all else of a small request.
    if (announced !== null && Number(announced) <= MAX_BYTES)
      return new Uint8Array(await request.arrayBuffer())
    for await (const chunk of request.body ?? []) {
      if (size <= MAX_BYTES) chunks.push(chunk)
      size += chunk.byteLength
      if (size <= MAX_SKIPPED) continue
      headers['connection'] = 'close'
      break
    }
  } catch (cause) {
    // Nobody is there for an answer, and it is no fault of ours.
    throw new CancelledError({ message: 'The caller left before its body was whole.', cause })
  }
  return Buffer.concat(chunks)
}

/** The error of a text that is no JSON, with the status that HTTP has for it. */
function malformed({ code, kind, message, details = {} }: JsonError): HttpError {
  return new HttpError({ status: 400, code, kind, message, details })
}
