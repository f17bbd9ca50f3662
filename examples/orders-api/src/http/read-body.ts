import { AppError } from '@base/core/errors'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context } from 'hono'
import { HttpError } from './problem.ts'
import { validate } from './validate.ts'

/** More than the largest order needs. */
const MAX_BYTES = 64 * 1024

/**
 * The body of a request as the schema makes it.
 *
 * @throws 415 for what is not JSON, 413 past 64 KiB, 400 for broken JSON, 422 naming every wrong field.
 */
export async function readBody<S extends StandardSchemaV1>(
  { req }: Context,
  schema: S,
): Promise<StandardSchemaV1.InferOutput<S>> {
  if (!isJson(req.header('content-type'))) throw notJson(req.header('content-type'))
  const bytes = await readBytes(req.raw.body, Number(req.header('content-length') ?? 0))
  return validate(schema, parse(bytes))
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType)
}

async function readBytes(body: AsyncIterable<Uint8Array> | null, announced: number): Promise<Uint8Array> {
  if (announced > MAX_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    // Counted as it comes, for a chunked body announces nothing.
    size += chunk.byteLength
    if (size > MAX_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const message = 'The body is not valid JSON in UTF-8.'
    throw new HttpError({ status: 400, code: 'MALFORMED_JSON', kind: 'invalid', message, cause })
  }
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

function tooLarge(): AppError {
  return new AppError({
    code: 'BODY_TOO_LARGE',
    kind: 'too_large',
    message: `The body is larger than ${MAX_BYTES} bytes.`,
    details: { maxBytes: MAX_BYTES },
  })
}
