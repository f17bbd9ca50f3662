/**
 * The whole body of an answer, of so many bytes at most; `undefined` where it has more, and then the rest is cancelled.
 *
 * @throws what the connection breaks with.
 */
export async function boundedBody(
  response: Response,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    // Leaving the loop cancels the body.
    if (length > most) return undefined
    chunks.push(chunk)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}
