import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { correlationId, runInContext, tenantId } from '@base/core/context'
import { describe, expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'
import type { RedactOptions } from './index.js'

interface FieldSpec {
  readonly type: 'datetime' | 'string' | 'integer' | 'object'
  readonly required: boolean
  readonly index?: number
  readonly top_level_field?: boolean
}

const vectors =
  process.env['BASE_VECTORS'] ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))
const file = `${vectors}/ecs/spec.json`
const maySkip = process.env['REQUIRE_VECTORS'] !== '1'

/** Lines of all kinds, raw. */
function someLines(): readonly string[] {
  const memory = memoryLogger({
    format: 'ecs',
    service: { name: 'orders-api', version: '1.4.2', environment: 'test' },
  })
  const { logger } = memory
  logger.info('a message')
  logger.info({ nothing: 'said' })
  runInContext(
    [
      [correlationId, 'req-1'],
      [tenantId, 'acme'],
    ],
    () => logger.warn({ order: 7 }, 'with ids'),
  )
  logger.error(Object.assign(new Error('boom', { cause: new Error('why') }), { code: 7 }), 'failed')
  logger.child({ name: 'orders', labels: { 'a.b': 1 } }).debug({ log: { level: 'x' }, ecs: 1, trace: 'x' })
  const req = {
    method: 'GET',
    url: '/a?b=1',
    headers: { 'user-agent': 'u' },
    socket: { remoteAddress: '::1' },
  }
  logger.info({ req, res: { statusCode: 200, headers: {} }, responseTime: 12.5 }, 'request completed')
  return memory.text.trim().split('\n')
}

describe('a line in ECS', () => {
  test.skipIf(maySkip && !existsSync(file))('is what the specification of ECS logging says', () => {
    const { fields } = JSON.parse(readFileSync(file, 'utf8')) as { fields: Record<string, FieldSpec> }
    expect(Object.keys(fields).length).toBeGreaterThan(10)
    for (const line of someLines()) {
      const record = JSON.parse(line) as Record<string, unknown>
      const keys = Object.keys(record)
      for (const [name, { type, required, index }] of Object.entries(fields)) {
        const value = record[name] ?? within(record, name)
        if (name === '@timestamp' || name === 'log.level' || name === 'ecs.version')
          expect(required).toBe(true)
        if (required) expect(record, line).toHaveProperty([name])
        if (value === undefined) continue
        if (index !== undefined) expect(keys[index], line).toBe(name)
        if (type === 'datetime') expect(new Date(value as string).toISOString()).toBe(value)
        else if (type === 'integer') expect(Number.isSafeInteger(value), `${name} of ${line}`).toBe(true)
        else expect(typeof value, `${name} of ${line}`).toBe(type)
      }
    }
  })

  test('has the names of ECS for what users of pino log', () => {
    const [, , ids, failed, child, access] = someLines().map((line) => JSON.parse(line))
    expect(ids).toMatchObject({ 'labels.correlation_id': 'req-1', 'labels.tenant_id': 'acme', order: 7 })
    expect(failed.error).toMatchObject({ type: 'Error', message: 'boom', code: '7' })
    expect(failed.error.stack_trace).toContain('boom')
    expect(child).toMatchObject({
      'log.logger': 'orders',
      'labels.a_b': 1,
      'labels.ecs': 1,
      'labels.trace': 'x',
    })
    expect(access).toMatchObject({
      'http.request.method': 'GET',
      'url.path': '/a',
      'url.query': 'b=1',
      'user_agent.original': 'u',
      'client.ip': '::1',
      'http.response.status_code': 200,
      'event.duration': 12_500_000,
      'service.name': 'orders-api',
      'service.version': '1.4.2',
      'service.environment': 'test',
      'event.dataset': 'orders-api',
      'process.pid': process.pid,
    })
  })
})

describe('what has the name of an object of ECS', () => {
  const lineOf = (fields: object) => {
    const memory = memoryLogger({ format: 'ecs' })
    memory.logger.info(fields)
    return memory.lines[0]
  }

  test('is a label where it is none', () => {
    const req = { method: 'GET', url: '/a', headers: { 'user-agent': 'u' }, remoteAddress: '::1' }
    const line = lineOf({ req, url: '/x', http: '1.1', client: 'c', user_agent: 'b', user: 'ann' })
    expect(line).toMatchObject({
      'url.path': '/a',
      'labels.url': '/x',
      'labels.http': '1.1',
      'labels.client': 'c',
      'labels.user_agent': 'b',
      'labels.user': 'ann',
    })
    for (const key of ['url', 'http', 'client', 'user_agent', 'user']) expect(line).not.toHaveProperty([key])
  })

  test('is a label, whichever object the schema has there, or else the whole line would be refused', () => {
    const given = { file: 'a.csv', source: 'cron', email: 'ann@x.example', organization: 7, tags: { a: 1 } }
    const line = lineOf(given)
    for (const key of Object.keys(given)) expect(line).not.toHaveProperty([key])
    expect(line).toMatchObject({
      'labels.file': 'a.csv',
      'labels.source': 'cron',
      'labels.email': 'ann@x.example',
      'labels.organization': 7,
      'labels.tags': '{"a":1}',
    })
    const tags = [{ key: 'a', value: 'b' }]
    expect(lineOf({ tags })).toMatchObject({ 'labels.tags': JSON.stringify(tags) })
    expect(lineOf({ file: { path: '/a' }, tags: ['a', 'b'] })).toMatchObject({
      file: { path: '/a' },
      tags: ['a', 'b'],
    })
  })

  test('has the type of an error once, as it is given beside it', () => {
    const err = Object.assign(new RangeError('away'), { code: 'E_AWAY' })
    for (const fields of [
      { 'error.type': 'DB_AWAY', err },
      { error: err, 'error.type': 'DB_AWAY' },
      { err: { type: 'X', message: 'away', stack: 's' }, 'error.type': 'DB_AWAY' },
      { error: { type: 'X', message: 'away' }, 'error.type': 'DB_AWAY' },
    ]) {
      const line = lineOf(fields)
      expect(line?.['error.type']).toBe('DB_AWAY')
      expect(line?.['error']).toMatchObject({ message: 'away' })
      expect(line?.['error']).not.toHaveProperty('type')
    }
    for (const none of [undefined, null])
      expect(lineOf({ err, 'error.type': none })?.['error']).toMatchObject({ type: 'RangeError' })
  })

  test('stands beside what the line has of it where it is one', () => {
    const line = lineOf({
      req: { url: '/a' },
      url: { path: '/x', domain: 'd' },
      user: { id: 7, password: 'p' },
    })
    expect(line).toMatchObject({ 'url.path': '/a', 'url.path_': '/x', 'url.domain': 'd' })
    expect(line?.['user']).toEqual({ id: 7, password: '[Redacted]' })
  })

  class Point {
    readonly x = 1
  }
  class Entity {
    readonly host = 'h'
    readonly note = 'kept back'
    toJSON() {
      return { host: this.host }
    }
  }

  test.each([
    ['what toJSON gives', { client: new Entity() }, { 'client.host': 'h' }],
    ['what a map has', { http: new Map([['version', '2']]) }, { 'http.version': '2' }],
    ['an instance', { client: new Point() }, { 'client.x': 1 }],
    ['a URL', { url: new URL('https://a.example/y') }, { 'labels.url': 'https://a.example/y' }],
    ['a time', { client: new Date(0) }, { 'labels.client': '1970-01-01T00:00:00.000Z' }],
    ['a list', { client: [{ a: 1 }] }, { 'labels.client': '[{"a":1}]' }],
    ['labels as a map', { labels: new Map([['a.b', 1]]) }, { 'labels.a_b': 1 }],
    ['a list as labels', { labels: [{ a: 1 }] }, { 'labels.labels': '[{"a":1}]' }],
    ['a user by toJSON', { user: new Entity() }, { user: { host: 'h' } }],
    ['a user as a map', { user: new Map([['id', 1]]) }, { user: { id: 1 } }],
    ['a user as a time', { user: new Date(0) }, { 'labels.user': '1970-01-01T00:00:00.000Z' }],
    ['a user as a text', { user: { toJSON: () => 'ann' } }, { 'labels.user': 'ann' }],
    ['a user as a list', { user: [{ id: 1 }] }, { 'labels.user': '[{"id":1}]' }],
    ['a request as a text', { req: 'req-7' }, { 'labels.req': 'req-7' }],
    ['a response as a number', { res: 500 }, { 'labels.res': 500 }],
    ['a response as a list', { res: [{ a: 1 }] }, { 'labels.res': '[{"a":1}]' }],
    [
      'a request by toJSON',
      { req: { method: 'PUT', url: '/kept-back', toJSON: () => ({ method: 'GET', url: '/a' }) } },
      { 'http.request.method': 'GET', 'url.original': '/a', 'url.path': '/a' },
    ],
    [
      'a request of the Web',
      { req: new Request('http://[::1]:81/a?b=1', { headers: { 'user-agent': 'u' } }) },
      {
        'http.request.method': 'GET',
        'http.request.headers': { 'user-agent': 'u' },
        'url.original': 'http://[::1]:81/a?b=1',
        'url.scheme': 'http',
        'url.domain': '[::1]',
        'url.port': 81,
        'url.path': '/a',
        'url.query': 'b=1',
        'user_agent.original': 'u',
      },
    ],
    [
      'a request that Express has routed',
      { req: { method: 'GET', url: '/7?a=1', originalUrl: '/orders/7?a=1' } },
      {
        'http.request.method': 'GET',
        'url.original': '/orders/7?a=1',
        'url.path': '/orders/7',
        'url.query': 'a=1',
      },
    ],
    [
      'a query that is secret',
      { req: { url: '/cb?code=x' }, url: { query: '?code=x' } },
      {
        'url.original': '/cb?code=[Redacted]',
        'url.path': '/cb',
        'url.query': 'code=[Redacted]',
        'url.query_': '?code=[Redacted]',
      },
    ],
    ['no query', { req: { url: '/a?' } }, { 'url.original': '/a?', 'url.path': '/a', 'url.query': '' }],
    [
      'a request of Koa',
      {
        req: {
          socket: { remoteAddress: '::1', remotePort: 81 },
          toJSON: () => ({ method: 'GET', url: '/a', header: { 'user-agent': 'u' } }),
        },
      },
      {
        'http.request.method': 'GET',
        'http.request.headers': { 'user-agent': 'u' },
        'url.original': '/a',
        'url.path': '/a',
        'client.ip': '::1',
        'client.port': 81,
        'user_agent.original': 'u',
      },
    ],
    [
      'a response of Koa',
      { res: { toJSON: () => ({ status: 200, message: 'OK', header: { 'content-length': 5 } }) } },
      {
        'http.response.status_code': 200,
        'http.response.body.bytes': 5,
        'http.response.headers': { 'content-length': 5 },
      },
    ],
    ['a request to a proxy', { req: { method: 'CONNECT', url: 'a:443' } }, connect('a:443')],
    [
      'a response of the Web',
      { res: new Response(null, { status: 204, headers: { 'content-length': '0' } }) },
      {
        'http.response.status_code': 204,
        'http.response.body.bytes': 0,
        'http.response.headers': { 'content-length': '0' },
      },
    ],
    [
      'an error as a list',
      { error: ['a', { token: 1 }] },
      { 'error.message': '["a",{"token":"[Redacted]"}]' },
    ],
    ['an error as a time', { err: new Date(0) }, { 'error.message': '1970-01-01T00:00:00.000Z' }],
    ['an error as a text', { error: { toJSON: () => 'text' } }, { 'error.message': 'text' }],
    ['an error as a number', { error: 5 }, { error: { message: '5' } }],
    ['an error by toJSON', { error: { toJSON: () => ({ stack: 's' }) } }, { error: { stack_trace: 's' } }],
  ])('shows %s as JSON does, and what is no object then as the text of a label', (_, fields, shown) => {
    const line = lineOf(fields)
    const own = Object.keys(line ?? {}).filter((key) =>
      /^(labels|client|http|url|user|user_agent|error)\b/.test(key),
    )
    expect(Object.fromEntries(own.map((key) => [key, line?.[key]]))).toEqual(shown)
  })

  test.each([
    ['client', { name: 'ann' }],
    ['client', 'ann'],
    ['user', { name: 'ann' }],
    ['user', 'ann'],
    ['req', { url: '/ann' }],
    ['res', ['ann']],
    ['err', new Error('ann')],
    ['error', 'ann'],
    ['responseTime', 5],
    ['labels', { name: 'ann' }],
  ])('is hidden as a whole where its name is, as a label: %s (%#)', (name, value) => {
    for (const redact of [{ keys: [name] }, { paths: [name] }]) {
      const memory = memoryLogger({ format: 'ecs', redact })
      memory.logger.info({ [name]: value, none: undefined }, 'said')
      const added = Object.entries(memory.lines[0] ?? {}).slice(-1)
      expect(added).toEqual([[`labels.${name}`, '[Redacted]']])
      expect(memory.text).not.toContain('ann')
    }
  })

  test.each<[string, RedactOptions, object]>([
    ['a key', { keys: ['acme.pin'] }, { labels: { 'acme.pin': 'x' } }],
    ['a key of an object', { keys: ['acme.pin'] }, { client: { 'acme.pin': 'x' } }],
    ['a path to the address of a request', { paths: ['req.url'] }, { req: { url: 'x' } }],
    ['a path', { paths: ['labels["b.c"]'] }, { labels: { 'b.c': 'x' } }],
    ['a path to a name that is written otherwise', { paths: ['labels["b*"]'] }, { labels: { 'b*': 'x' } }],
    ['a path to the name that it has in the end', { paths: ['labels.b_c'] }, { labels: { 'b.c': 'x' } }],
    ['a path to a name that is taken', { paths: ['log.level'] }, { 'log.level': 'x' }],
  ])('is hidden by the name that it was given as well: %s', (_, redact, fields) => {
    const memory = memoryLogger({ format: 'ecs', redact })
    memory.logger.info(fields)
    expect(Object.values(memory.lines[0] ?? {})).toContain('[Redacted]')
    expect(Object.values(memory.lines[0] ?? {})).not.toContain('x')
  })

  test.each<[string, object]>([
    ['labels["b.x"].c', { labels: { 'b.x': { c: 'x' } } }],
    ['labels.b_x.c', { labels: { 'b.x': { c: 'x' } } }],
    ['**.c', { labels: { 'b.x': { c: 'x' } } }],
    ['error[0]', { error: ['x'] }],
    ['err[*].c', { err: [{ c: 'x' }] }],
    ['err.config.c', { err: Object.assign(new Error('y'), { config: { c: 'x' } }) }],
    ['error.config.c', { err: Object.assign(new Error('y'), { config: { c: 'x' } }) }],
    ['res[*]', { res: ['x'] }],
    ['req[0].c', { req: [{ c: 'x' }] }],
    ['req.headers["x-pin"]', { req: { headers: { 'X-Pin': 'x' } } }],
    ['req.header.x-pin', { req: { method: 'GET', header: { 'x-pin': 'x' } } }],
    ['req.headers.user-agent', { req: { headers: { 'user-agent': 'x' } } }],
    ['*.headers.x-pin', { req: new Request('http://h/', { headers: { 'x-pin': 'x' } }) }],
    ['req.url', { req: { url: 'x' } }],
    ['req.url', { req: { method: 'GET', url: '/', originalUrl: 'x' } }],
    ['req.remoteAddress', { req: { remoteAddress: 'x' } }],
    ['req.id', { req: { id: 'x' } }],
    ['res.headers.x-pin', { res: { statusCode: 200, headers: { 'x-pin': 'x' } } }],
    ['err.stack', { err: Object.assign(new Error('y'), { stack: 'x' }) }],
    ['**.stack', { error: Object.assign(new Error('y'), { stack: 'x' }) }],
    ['user[*].c', { user: [{ c: 'x' }] }],
    ['labels.user[*].c', { user: [{ c: 'x' }] }],
    ['client.geo.c', { client: { geo: { c: 'x' } } }],
    ['client["b.x"].c', { client: { 'b.x': { c: 'x' } } }],
  ])('hides what lies within by the name that it was given as well: %s', (path, fields) => {
    const memory = memoryLogger({ format: 'ecs', redact: { paths: [path, 'z'] } })
    memory.logger.info(fields)
    expect(memory.text).toContain('[Redacted]')
    expect(memory.text).not.toMatch(/"x\\?"/)
  })

  test('is named as a label where it cannot be read, alone', () => {
    const broken = (name: string, beside: object) =>
      Object.defineProperty(beside, name, {
        enumerable: true,
        get: () => {
          throw new Error('unreadable')
        },
      })
    const fields = { labels: broken('a', { b: 1, c: { d: 2n } }), log: broken('x', { y: 1 }) }
    const line = lineOf(broken('url', broken('user', broken('error', fields))))
    expect(line).toMatchObject({
      'labels.a': '[Unreadable]',
      'labels.b': 1,
      'labels.c': '{"d":2}',
      'log.x': '[Unreadable]',
      'log.y': 1,
      'labels.url': '[Unreadable]',
      'labels.user': '[Unreadable]',
      'labels.error': '[Unreadable]',
    })
  })
})

function connect(url: string): object {
  return { 'http.request.method': 'CONNECT', 'url.original': url, 'url.path': url }
}

/** A field that stands within an object. */
function within(record: unknown, path: string): unknown {
  return path.split('.').reduce((at, name) => (at as Record<string, unknown> | undefined)?.[name], record)
}
