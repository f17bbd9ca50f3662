import { unwrap } from '@base/core/result'
import { parseJson, type StandardSchemaV1 } from '@base/core/schema'
import type { Context } from 'hono'

/** More than any body of this service needs. */
const MAX_BYTES = 64 * 1024

/**
 * The JSON body of a request, as the schema makes it.
 *
 * @throws ValidationError naming every wrong field; JsonError for what is too large, or no JSON.
 */
export async function readBody<T>(c: Context, schema: StandardSchemaV1<unknown, T>): Promise<T> {
  return unwrap(await parseJson(schema, await readBytes(c.req.raw.body), { maxBytes: MAX_BYTES }))
}

/** The whole body, or as much as shows that it is too large: a chunked one announces nothing. */
async function readBytes(body: AsyncIterable<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > MAX_BYTES) break
  }
  return Buffer.concat(chunks)
}
