import { label } from './ecs-label.js'
import { httpMessage } from './http-message.js'
import type { Fields } from './line-format.js'
import { isPlainObject, type Named, shownObject } from './shown-object.js'

const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i
/** Under which name a request has its address, Express's too: that of its serializer. */
const URL_NAME = 'req.url'
const REQUEST = /* @__PURE__ */ headerNames('req.headers')
const KOA_REQUEST = /* @__PURE__ */ headerNames('req.header')
const RESPONSE = /* @__PURE__ */ headerNames('res.headers')
const KOA_RESPONSE = /* @__PURE__ */ headerNames('res.header')

/**
 * A request under the names of ECS: as the serializers of pino, pino-http and Fastify show it, or as node:http, Koa (`header`),
 * Express (`originalUrl`, for its routers cut what they are mounted at off `url`) and the Web have it.
 */
export function ecsRequest(value: unknown): Fields {
  const request = messageOf(value)
  if (request === undefined) return [label('req', value)]
  const { id, method, url, originalUrl, headers = request['header'], httpVersion } = request
  const { remoteAddress, remotePort } = request
  const given = request['headers'] === undefined ? KOA_REQUEST : REQUEST
  // Who asks is not in the JSON of Koa's.
  const socket: Named = Object((value as Named)['socket'])
  // Those without a value are not shown.
  return [
    ['http.version', httpVersion, undefined, 'req.httpVersion'],
    ['http.request.id', scalar(id), undefined, 'req.id'],
    ['http.request.method', method, undefined, 'req.method'],
    ...urlFields(typeof originalUrl === 'string' ? originalUrl : url),
    ['client.ip', remoteAddress ?? socket['remoteAddress'], undefined, 'req.remoteAddress'],
    ['client.port', remotePort ?? socket['remotePort'], undefined, 'req.remotePort'],
    ['user_agent.original', header(headers, 'user-agent'), undefined, given.userAgent],
    ['http.request.body.bytes', toCount(header(headers, 'content-length')), undefined, given.contentLength],
    ['http.request.headers', headers, undefined, given.headers],
  ]
}

/** A response likewise. */
export function ecsResponse(value: unknown): Fields {
  const response = messageOf(value)
  if (response === undefined) return [label('res', value)]
  const { headers = response['header'] } = response
  const given = response['headers'] === undefined ? KOA_RESPONSE : RESPONSE
  const sent = typeof response['getHeaders'] === 'function' ? response['getHeaders']() : headers
  const status = response['statusCode'] ?? numberOf(response['status'])
  return [
    ['http.response.status_code', status, undefined, 'res.statusCode'],
    ['http.response.body.bytes', toCount(header(sent, 'content-length')), undefined, given.contentLength],
    ['http.response.headers', sent, undefined, given.headers],
  ]
}

/** What has more than it shows is read as it is where it is of node:http, and otherwise as JSON would show it. */
function messageOf(value: unknown): Named | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return isPlainObject(value) || httpMessage(value) === undefined ? shownObject(value) : (value as Named)
}

/** Under which names a message has its headers. */
function headerNames(headers: string) {
  return { headers, userAgent: `${headers}.user-agent`, contentLength: `${headers}.content-length` }
}

function urlFields(url: unknown): Fields {
  if (typeof url !== 'string') return []
  if (ABSOLUTE.test(url) && URL.canParse(url)) return absoluteFields(url)
  const query = url.indexOf('?')
  return [
    ['url.original', url, undefined, URL_NAME],
    ['url.path', query < 0 ? url : url.slice(0, query), undefined, URL_NAME],
    ['url.query', query < 0 ? undefined : url.slice(query), 'query', URL_NAME],
  ]
}

/** Of a Web request, or one to a proxy. */
function absoluteFields(url: string): Fields {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  return [
    ['url.original', url, undefined, URL_NAME],
    ['url.scheme', protocol.slice(0, -1), undefined, URL_NAME],
    ['url.domain', hostname, undefined, URL_NAME],
    ['url.port', port === '' ? undefined : Number(port), undefined, URL_NAME],
    ['url.path', pathname, undefined, URL_NAME],
    ['url.query', search === '' ? undefined : search, 'query', URL_NAME],
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
