import type { UnderlyingByteSource } from 'node:stream/web'
import type { Call } from './call.js'
import type { Exchange } from './exchange.js'

/** Read ahead, so that a small body that nobody reads gives its connection back. */
const READ_AHEAD = 16 * 1024

/** The response as the caller gets it: its body, too, ends with the call's time or the caller's abort. */
export function watchedResponse(exchange: Exchange, call: Call): Response {
  const { response } = exchange
  const { body, status } = response
  if (!body || body.locked || status < 200 || status > 599) {
    call.end()
    return response
  }
  call.answered()
  const { statusText, headers } = response
  const stream = watchedBody(body, exchange, call)
  return dressed(new Response(stream, { status, statusText, headers }), response)
}

/** What the constructor of a response cannot be told. */
function dressed(copy: Response, { url, redirected, type }: Response): Response {
  const clone = copy.clone.bind(copy)
  return Object.defineProperties(copy, {
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
  let cutOff: () => void = () => {}
  const end = () => {
    signal.removeEventListener('abort', cutOff)
    call.end()
  }
  const source: UnderlyingByteSource = {
    type: 'bytes',
    start(controller) {
      cutOff = () => {
        end()
        controller.error(signal.reason)
        exchange.abort(signal.reason)
      }
      signal.addEventListener('abort', cutOff)
      if (signal.aborted) cutOff()
    },
    async pull(controller) {
      const chunk = await reader.read().catch((error: unknown) => {
        end()
        throw error
      })
      if (signal.aborted) return
      if (!chunk.done) return controller.enqueue(chunk.value)
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
