import { type Clock, systemClock } from '@base/core/clock'
import { retryAfterOf } from './retry-after.js'

/** Where something is sent, and with what headers. */
export interface Target {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

/** How a request ended: `retryAfter` in milliseconds, where the server named it; a long `answer` is cut. */
export type Outcome =
  | { readonly type: 'sent'; readonly answer: string }
  | { readonly type: 'refused'; readonly reason: string; readonly status: number }
  | { readonly type: 'failed'; readonly reason: string; readonly retryAfter?: number }

/** The agent of a sender: connections that are kept. */
export type Agent = InstanceType<typeof import('node:http').Agent>

/** More of an answer is not read: UTF-16 units. */
const MAX_ANSWER = 1_048_576
/** The statuses after which the same may be sent again: those of OTLP, which are those of a bulk request too. */
const RETRYABLE = new Set([429, 502, 503, 504])

function moduleOf(url: URL): typeof import('node:http') {
  const name = url.protocol === 'https:' ? 'node:https' : 'node:http'
  return process.getBuiltinModule(name as 'node:http')
}

/** A few connections that are kept, and that keep no process alive. */
export function createAgent(url: URL): Agent {
  return new (moduleOf(url).Agent)({ keepAlive: true, maxSockets: 2 })
}

/** Sends a batch once. Never rejects; a signal that aborts is a failure. */
export function post(
  { url, headers }: Target,
  body: Uint8Array,
  agent: Agent,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve({ type: 'failed', reason: reasonOf(error) })
    try {
      const request = moduleOf(url).request(url, {
        method: 'POST',
        agent,
        signal,
        headers: { ...headers, 'content-length': body.byteLength },
      })
      request.on('error', fail)
      request.on('socket', (socket) => socket.unref())
      request.on('response', (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          answer += chunk
          if (answer.length > MAX_ANSWER) response.destroy()
        })
        response.on('error', fail)
        response.on('close', () => {
          const retryAfter = retryAfterOf(response.headers['retry-after'], clock.now())
          resolve(outcomeOf(response.statusCode ?? 0, answer, retryAfter))
        })
      })
      request.end(body)
    } catch (error) {
      fail(error)
    }
  })
}

function outcomeOf(status: number, answer: string, retryAfter: number): Outcome {
  if (status >= 200 && status < 300) return { type: 'sent', answer }
  const reason = `status ${status}`
  if (!RETRYABLE.has(status)) return { type: 'refused', reason, status }
  // 0 is no pause: whoever is in trouble would be asked as fast as he can say no.
  return retryAfter > 0 ? { type: 'failed', reason, retryAfter } : { type: 'failed', reason }
}

function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : String(name)
}
