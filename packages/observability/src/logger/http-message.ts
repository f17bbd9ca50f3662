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
  const kind = webKind(message)
  if (kind === undefined) return undefined
  const { method, url, status, headers } = message
  return kind === 'req' ? { method, url, headers } : { statusCode: status, headers }
}

/** Whether it is a request or a response of the Web; nothing else is asked for more than what it calls itself. */
export function webKind(value: MessageLike): 'req' | 'res' | undefined {
  const tag = value[Symbol.toStringTag]
  if (tag !== 'Request' && tag !== 'Response') return undefined
  if (typeof value.headers !== 'object') return undefined
  if (tag === 'Response') return typeof value.status === 'number' ? 'res' : undefined
  return typeof value.url === 'string' && typeof value.method === 'string' ? 'req' : undefined
}
