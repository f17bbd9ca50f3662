import type { Fields } from './line-format.js'

/** A request as the serializers of pino, pino-http and Fastify show it, or as node:http has it. */
interface RequestLike {
  readonly id?: unknown
  readonly method?: unknown
  readonly url?: unknown
  readonly headers?: unknown
  readonly httpVersion?: unknown
  readonly remoteAddress?: unknown
  readonly remotePort?: unknown
  readonly socket?: { readonly remoteAddress?: unknown; readonly remotePort?: unknown }
}

/** A response likewise. */
interface ResponseLike {
  readonly statusCode?: unknown
  readonly headers?: unknown
  getHeaders?(): unknown
}

/** A request under the names of ECS. */
export function ecsRequest(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) return [['http.request', value]]
  const { id, method, url, headers, httpVersion, remoteAddress, remotePort, socket } = value as RequestLike
  // Those without a value are not shown.
  return [
    ['http.version', httpVersion],
    ['http.request.id', scalar(id)],
    ['http.request.method', method],
    ...urlFields(url),
    ['client.ip', remoteAddress ?? socket?.remoteAddress],
    ['client.port', remotePort ?? socket?.remotePort],
    ['user_agent.original', header(headers, 'user-agent')],
    ['http.request.body.bytes', toCount(header(headers, 'content-length'))],
    ['http.request.headers', headers],
  ]
}

/** A response under the names of ECS. */
export function ecsResponse(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) return [['http.response', value]]
  const response = value as ResponseLike
  const headers = typeof response.getHeaders === 'function' ? response.getHeaders() : response.headers
  return [
    ['http.response.status_code', response.statusCode],
    ['http.response.body.bytes', toCount(header(headers, 'content-length'))],
    ['http.response.headers', headers],
  ]
}

function urlFields(url: unknown): Fields {
  if (typeof url !== 'string') return []
  const query = url.indexOf('?')
  const path: Fields[number] = ['url.path', query < 0 ? url : url.slice(0, query)]
  // With its question mark a query's secrets are known as such.
  return [['url.original', url], path, ['url.query', query < 0 ? undefined : url.slice(query)]]
}

function header(headers: unknown, name: string): unknown {
  return typeof headers === 'object' && headers !== null
    ? (headers as Record<string, unknown>)[name]
    : undefined
}

function scalar(value: unknown): unknown {
  return typeof value === 'function' || value === undefined ? undefined : String(value)
}

function toCount(value: unknown): number | undefined {
  const count = value === undefined ? Number.NaN : Number(value)
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined
}
