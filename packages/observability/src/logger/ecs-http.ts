import { label } from './ecs-label.js'
import { httpMessage } from './http-message.js'
import type { Fields } from './line-format.js'
import { isPlainObject, type Named, shownObject } from './shown-object.js'

const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i

/**
 * A request under the names of ECS: as the serializers of pino, pino-http and Fastify show it, or as node:http, Koa (`header`),
 * Express (`originalUrl`, for its routers cut what they are mounted at off `url`) and the Web have it.
 */
export function ecsRequest(value: unknown): Fields {
  const request = messageOf(value)
  if (request === undefined) return [label('req', value)]
  const { id, method, url, originalUrl, headers = request['header'], httpVersion } = request
  const { remoteAddress, remotePort } = request
  // Who asks is not in the JSON of Koa's.
  const socket: Named = Object((value as Named)['socket'])
  // Those without a value are not shown.
  return [
    ['http.version', httpVersion],
    ['http.request.id', scalar(id)],
    ['http.request.method', method],
    ...urlFields(typeof originalUrl === 'string' ? originalUrl : url),
    ['client.ip', remoteAddress ?? socket['remoteAddress']],
    ['client.port', remotePort ?? socket['remotePort']],
    ['user_agent.original', header(headers, 'user-agent')],
    ['http.request.body.bytes', toCount(header(headers, 'content-length'))],
    ['http.request.headers', headers],
  ]
}

/** A response likewise. */
export function ecsResponse(value: unknown): Fields {
  const response = messageOf(value)
  if (response === undefined) return [label('res', value)]
  const { headers = response['header'] } = response
  const sent = typeof response['getHeaders'] === 'function' ? response['getHeaders']() : headers
  return [
    ['http.response.status_code', response['statusCode'] ?? numberOf(response['status'])],
    ['http.response.body.bytes', toCount(header(sent, 'content-length'))],
    ['http.response.headers', sent],
  ]
}

/** What has more than it shows is read as it is where it is of node:http, and otherwise as JSON would show it. */
function messageOf(value: unknown): Named | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return isPlainObject(value) || httpMessage(value) === undefined ? shownObject(value) : (value as Named)
}

function urlFields(url: unknown): Fields {
  if (typeof url !== 'string') return []
  if (ABSOLUTE.test(url) && URL.canParse(url)) return absoluteFields(url)
  const query = url.indexOf('?')
  const path: Fields[number] = ['url.path', query < 0 ? url : url.slice(0, query)]
  return [['url.original', url], path, ['url.query', query < 0 ? undefined : url.slice(query), 'query']]
}

/** Of a Web request, or one to a proxy. */
function absoluteFields(url: string): Fields {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  return [
    ['url.original', url],
    ['url.scheme', protocol.slice(0, -1)],
    ['url.domain', hostname],
    ['url.port', port === '' ? undefined : Number(port)],
    ['url.path', pathname],
    ['url.query', search === '' ? undefined : search, 'query'],
  ]
}

function header(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined
  const { get } = headers as { get?: unknown }
  const value: unknown =
    typeof get === 'function' ? get.call(headers, name) : (headers as Record<string, unknown>)[name]
  return value ?? undefined
}

function numberOf(status: unknown): number | undefined {
  return typeof status === 'number' ? status : undefined
}

function scalar(value: unknown): unknown {
  return typeof value === 'function' || value === undefined ? undefined : String(value)
}

function toCount(value: unknown): number | undefined {
  const count = value === undefined ? Number.NaN : Number(value)
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined
}
