import type { ReadableStreamReadResult, UnderlyingByteSource } from 'node:stream/web'
import { onAbort } from '@base/core/abort'
import type { Call } from './call.js'
import type { Exchange } from './exchange.js'

/** Read ahead, so that a small body that nobody reads gives its connection back. */
const READ_AHEAD = 16 * 1024

/** They never have a body, though Chromium gives one that is empty, and the constructor of a response refuses it. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** The response as the caller gets it: its body, too, ends with the call's time or the caller's abort. */
export function watchedResponse(exchange: Exchange, call: Call): Response {
  const { response } = exchange
  const { body, status } = response
  if (!body || body.locked || status < 200 || status > 599 || WITHOUT_BODY.has(status)) {
    call.end()
    return response
  }
  call.answered()
  const { headers } = response
  const stream = watchedBody(body, exchange, call)
  return dressed(new Response(stream, { status, headers }), response)
}

/** What the constructor of a response cannot be told; a reason phrase that a server sent it may refuse. */
function dressed(copy: Response, { statusText, url, redirected, type }: Response): Response {
  const clone = copy.clone.bind(copy)
  return Object.defineProperties(copy, {
    statusText: { value: statusText, configurable: true },
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
    clone: { value: () => dressed(clone(), copy), configurable: true, writable: true },
  })
}

function watchedBody(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  call: Call,
): ReadableStream<Uint8Array> {
  const { signal } = call
  const reader = body.getReader()
  let stop: (() => void) | undefined
  const end = () => {
    stop?.()
    call.end()
  }
  const source: UnderlyingByteSource = {
    type: 'bytes',
    start(controller) {
      const cutOff = () => {
        end()
        controller.error(signal.reason)
        exchange.abort(signal.reason)
        // A custom `fetch` may not have tied the body to its signal.
        reader.cancel(signal.reason).catch(() => {})
      }
      stop = onAbort(signal, cutOff)
      if (signal.aborted) cutOff()
    },
    async pull(controller) {
      try {
        const chunk = await nextChunk(reader, signal)
        if (signal.aborted) return
        if (!chunk.done) return controller.enqueue(ownBytes(chunk.value))
      } catch (error) {
        end()
        reader.cancel(error).catch(() => {})
        throw error
      }
      end()
      controller.close()
      controller.byobRequest?.respond(0)
    },
    cancel(reason) {
      end()
      return reader.cancel(reason)
    },
  }
  return new ReadableStream(source, { highWaterMark: READ_AHEAD })
}

/** A stream of bytes takes no empty chunk, and those of a custom `fetch` may give one. */
async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  for (;;) {
    const chunk = await reader.read()
    if (chunk.done || signal.aborted || chunk.value.byteLength !== 0) return chunk
  }
}

/** A stream of bytes takes the memory of a chunk away, which may be a pool's, or a cache's. What is none, it refuses. */
function ownBytes(chunk: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(chunk)) return chunk
  return new Uint8Array(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
}
