import { stdSerializers } from 'pino'

/** What tells a request or a response of node:http or of the Web, or of what is made like it, from anything else. */
interface MessageLike {
  readonly [Symbol.toStringTag]?: unknown
  readonly url?: unknown
  readonly status?: unknown
  readonly method?: unknown
  readonly path?: unknown
  readonly statusCode?: unknown
  readonly httpVersion?: unknown
  readonly headers?: unknown
  readonly socket?: unknown
  getHeaders?(): unknown
  setHeader?(): unknown
}

/**
 * A request or response of node:http, of a server or a client, as pino's serializers show it: what it is made of holds the
 * head as it was sent, and the buffers of its connection. One of the Web likewise, of which JSON shows nothing. `undefined` for
 * anything else.
 */
export function httpMessage(value: object): object | undefined {
  try {
    return isOutgoing(value) ? outgoing(value) : isIncoming(value) ? incoming(value) : ofTheWeb(value)
  } catch {
    // It looked like one.
    return undefined
  }
}

/** Whether it is what a server answered its client. */
export function isAnswer(value: MessageLike): boolean {
  return isIncoming(value) && !value.method
}

function isIncoming(value: MessageLike): boolean {
  const { httpVersion, headers, socket } = value
  return typeof httpVersion === 'string' && typeof headers === 'object' && typeof socket === 'object'
}

function isOutgoing(value: MessageLike): boolean {
  return typeof value.getHeaders === 'function' && typeof value.setHeader === 'function'
}

function incoming(message: MessageLike): object {
  const { method, statusCode, headers } = message
  return method ? stdSerializers.req(message as never) : { statusCode, headers }
}

function outgoing(message: MessageLike): object {
  const { method, path } = message
  // A server's has no method: it answers one.
  return typeof method === 'string'
    ? { method, url: path, headers: message.getHeaders?.() }
    : stdSerializers.res(message as never)
}

function ofTheWeb(message: MessageLike): object | undefined {
  const { [Symbol.toStringTag]: tag, method, url, status, headers } = message
  if (typeof headers !== 'object') return undefined
  if (tag === 'Request') return { method, url, headers }
  return tag === 'Response' ? { statusCode: status, headers } : undefined
}
