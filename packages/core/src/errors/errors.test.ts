import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import {
  AppError,
  CancelledError,
  ConflictError,
  type ErrorKind,
  errorKind,
  errorKinds,
  ForbiddenError,
  grpcStatusOf,
  httpStatusOf,
  InvalidOptionError,
  isAppError,
  isErrorKind,
  NotFoundError,
  PreconditionFailedError,
  RateLimitedError,
  TimeoutError,
  toErrorJson,
  UnauthenticatedError,
  UnavailableError,
  UnsupportedError,
  ValidationError,
} from './index.js'

describe('AppError', () => {
  test('carries code, kind, message, details, retryAfter and cause', () => {
    const cause = new Error('socket closed')
    const error = new AppError({
      code: 'BANK_DOWN',
      kind: 'unavailable',
      message: 'The bank does not answer.',
      details: { bank: 'lisbon' },
      retryAfter: 250,
      cause,
    })

    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ code: 'BANK_DOWN', kind: 'unavailable', retryAfter: 250 })
    expect(error.message).toBe('The bank does not answer.')
    expect(error.details).toEqual({ bank: 'lisbon' })
    expect(error.cause).toBe(cause)
  })

  test.each([AppError, NotFoundError, ConflictError, TimeoutError, UnsupportedError, ValidationError])(
    'takes what is inherited in its options, as of a class: %o',
    (Kind) => {
      const cause = new Error('socket closed')
      const given = {
        code: 'X',
        kind: 'conflict',
        message: 'No.',
        details: { id: 7 },
        retryAfter: 250,
        cause,
      }
      const error = new Kind(Object.create({ ...given, issues: [] }))
      expect(error).toMatchObject({ code: 'X', message: 'No.', details: { id: 7 }, retryAfter: 250 })
      expect(error.cause).toBe(cause)
      expect('cause' in new Kind(Object.create({ ...given, cause: undefined, issues: [] }))).toBe(true)
      expect('cause' in new Kind({ message: 'No.' } as never)).toBe(false)
    },
  )

  test('as an InvalidOptionError too takes an inherited cause', () => {
    const cause = new Error('no such table')
    const given = { package: 'my-service', option: 'table', allowed: 'a table', received: 5, cause }
    expect(new InvalidOptionError(Object.create(given)).cause).toBe(cause)
  })

  test('keeps a cause that is undefined or no error at all', () => {
    expect('cause' in new AppError({ code: 'X', kind: 'internal', message: '', cause: undefined })).toBe(true)
    expect(new AppError({ code: 'X', kind: 'internal', message: '', cause: 'text' }).cause).toBe('text')
    expect('cause' in new AppError({ code: 'X', kind: 'internal', message: '' })).toBe(false)
  })

  test('is named after its class, also in the first line of its stack', () => {
    class OrderClosedError extends AppError {
      constructor() {
        super({ code: 'ORDER_CLOSED', kind: 'conflict', message: 'Order 7 is closed.' })
      }
    }
    const error = new OrderClosedError()

    expect(error.name).toBe('OrderClosedError')
    expect(error.stack?.split('\n')[0]).toBe('OrderClosedError: Order 7 is closed.')
  })

  test('lets a library rename it, as it may any error', () => {
    const error = new NotFoundError()
    error.name = 'Renamed'

    expect(String(error)).toBe('Renamed: Not found.')
    expect(Object.keys(error)).not.toContain('name')
  })

  test('has no property that nobody gave', () => {
    expect(Object.keys(new NotFoundError())).toEqual(['code', 'kind'])
  })

  test('never throws from its constructor: a kind from elsewhere becomes internal', () => {
    expect(new AppError({ code: 'X', kind: 'teapot' as ErrorKind, message: '' }).kind).toBe('internal')
    expect(new AppError({ code: 'X', kind: 'toString' as ErrorKind, message: '' }).kind).toBe('internal')
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'gone'],
    ['a number', 7],
    ['an empty object', {}],
    ['a message that is none', { message: Symbol('x'), issues: 7 }],
    ['a message without a text', { message: Object.create(null) }],
  ])('never throws from its constructor, whatever it is given: %s', (_, options) => {
    const root = new AppError(options as never)
    expect(root).toMatchObject({ code: 'INTERNAL', kind: 'internal', message: '' })
    expect(isAppError(root, 'INTERNAL')).toBe(true)
    expect(isAppError(new InvalidOptionError(options as never), 'INVALID_OPTION')).toBe(true)
    for (const Class of [NotFoundError, ConflictError, PreconditionFailedError, UnauthenticatedError]) {
      const plain = new Class()
      expect(new Class(options as never)).toMatchObject({ code: plain.code, message: plain.message })
    }
    for (const Class of [ForbiddenError, RateLimitedError, TimeoutError, CancelledError]) {
      const plain = new Class()
      expect(new Class(options as never)).toMatchObject({ code: plain.code, message: plain.message })
    }
    expect(new UnavailableError(options as never).code).toBe('UNAVAILABLE')
    expect(new UnsupportedError(options as never).code).toBe('UNSUPPORTED')
    expect(new ValidationError(options as never)).toMatchObject({
      code: 'VALIDATION',
      message: 'The input is not valid: .',
    })
  })

  test.each([[42], [{}], [Symbol('x')]])('takes a code that is no text for a missing one: %s', (code) => {
    const error = new ConflictError({ code: code as never })
    expect([isAppError(error, 'CONFLICT'), errorKind(error)]).toEqual([true, 'conflict'])
    expect(new AppError({ code: code as never, kind: 'conflict', message: '' }).code).toBe('CONFLICT')
  })

  test.each<[unknown]>([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['5'], [5n], [Symbol('x')]])(
    'leaves out a retryAfter of %s',
    (retryAfter) => {
      expect('retryAfter' in new RateLimitedError({ retryAfter: retryAfter as number })).toBe(false)
    },
  )

  test.each<[string, unknown]>([
    ['has no text', Object.create(null)],
    ['comes of JSON, and hides its methods', JSON.parse('{"valueOf":1,"toString":1}')],
  ])('leaves out a retryAfter that %s', (_, retryAfter) => {
    expect('retryAfter' in new RateLimitedError({ retryAfter: retryAfter as number })).toBe(false)
  })

  test('writes to JSON what is safe as it stands: no cause, and details only by toErrorJson', () => {
    const error = new NotFoundError({
      message: 'No order 7.',
      details: { note: 'hunter2' },
      cause: new Error('relation "orders"'),
    })

    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'NOT_FOUND',
      kind: 'not_found',
      message: 'No order 7.',
    })
  })
})

describe('the errors of the family', () => {
  const family: readonly [AppError, string, ErrorKind, number, number][] = [
    [new ValidationError({ issues: [] }), 'VALIDATION', 'invalid', 422, 3],
    [new UnauthenticatedError(), 'UNAUTHENTICATED', 'unauthenticated', 401, 16],
    [new ForbiddenError(), 'FORBIDDEN', 'forbidden', 403, 7],
    [new NotFoundError(), 'NOT_FOUND', 'not_found', 404, 5],
    [new ConflictError(), 'CONFLICT', 'conflict', 409, 10],
    [new PreconditionFailedError(), 'PRECONDITION_FAILED', 'precondition_failed', 412, 9],
    [new RateLimitedError(), 'RATE_LIMITED', 'rate_limited', 429, 8],
    [new TimeoutError(), 'TIMEOUT', 'timeout', 504, 4],
    [new CancelledError(), 'CANCELLED', 'cancelled', 499, 1],
    [new UnavailableError(), 'UNAVAILABLE', 'unavailable', 503, 14],
    [new UnsupportedError(), 'UNSUPPORTED', 'unsupported', 501, 12],
  ]

  test.each(family)('%s has its code, kind and statuses', (error, code, kind, http, grpc) => {
    expect(error).toMatchObject({ code, kind })
    expect(httpStatusOf(kind)).toBe(http)
    expect(grpcStatusOf(kind)).toBe(grpc)
    expect(error.message).not.toBe('')
    expect(isAppError(error, code)).toBe(true)
  })

  test('take a code of their own, so that a special case keeps its kind', () => {
    const error = new ConflictError({ code: 'DEADLOCK', message: 'The loader asked for its own key.' })

    expect(error).toMatchObject({ code: 'DEADLOCK', kind: 'conflict' })
  })

  test('a given undefined does not displace a default', () => {
    const message = undefined as unknown as string

    expect(new NotFoundError({ message }).message).toBe('Not found.')
    expect(new ConflictError({ message }).message).toBe('The request conflicts with the current state.')
    expect(new ValidationError({ issues: [], message }).code).toBe('VALIDATION')
  })
})

describe('ValidationError', () => {
  test('holds every problem and sums up the first three', () => {
    const issues = ['a', 'b', 'c', 'd'].map((path) => ({ path, message: 'is missing' }))
    const error = new ValidationError({ issues })

    expect(error.issues).toEqual(issues)
    expect(error.message).toBe(
      'The input is not valid: a: is missing; b: is missing; c: is missing (and 1 more).',
    )
  })

  test('names no path where the input as a whole is wrong', () => {
    expect(new ValidationError({ issues: [{ path: '', message: 'must be an object' }] }).message).toBe(
      'The input is not valid: must be an object.',
    )
  })

  test('writes its issues to JSON, with path, message and code alone', () => {
    const issue = { path: 'a', message: 'is missing', code: 'required', input: 'hunter2' }

    expect(JSON.parse(JSON.stringify(new ValidationError({ issues: [issue] })))).toEqual({
      code: 'VALIDATION',
      kind: 'invalid',
      message: 'The input is not valid: a: is missing.',
      issues: [{ path: 'a', message: 'is missing', code: 'required' }],
    })
  })

  test.each<[string, unknown, string]>([
    ['none', undefined, ': '],
    ['no list', { path: 'a', message: 'is missing' }, ': '],
    ['holes', [null, { path: 'a', message: 'is missing' }], ': a: is missing'],
    ['a symbol as path', [{ path: Symbol('a'), message: 'is missing' }], ': Symbol(a): is missing'],
    ['a symbol in a path', [{ path: ['a', Symbol('b')], message: 'is missing' }], ''],
    ['a path without a text', [{ path: Object.create(null), message: 'is missing' }], ''],
    ['a symbol as message', [{ path: '', message: Symbol('a') }], ''],
  ])('never throws, whatever its issues are: %s', (_, issues, summary) => {
    const error = new ValidationError({ issues: issues as never })

    expect(error.message).toBe(`The input is not valid${summary}.`)
    expect(error.issues).toHaveLength(summary === ': ' ? 0 : 1)
    expect(() => JSON.stringify(toErrorJson(error))).not.toThrow()
  })

  test('does not change with the array that it was given', () => {
    const issues = [{ path: 'a', message: 'is missing' }]
    const error = new ValidationError({ issues })
    issues.length = 0

    expect(error.issues).toHaveLength(1)
  })
})

describe('InvalidOptionError', () => {
  const of = (received: unknown) =>
    new InvalidOptionError({
      package: '@base/resilience',
      pattern: 'CircuitBreaker',
      option: 'failureThreshold',
      allowed: 'an integer from 1',
      received,
    })

  test('names package, pattern, option, what is allowed and what came', () => {
    expect(of(-1).message).toBe(
      '@base/resilience CircuitBreaker: failureThreshold must be an integer from 1, received -1.',
    )
    expect(of(-1).details).toEqual({
      package: '@base/resilience',
      pattern: 'CircuitBreaker',
      option: 'failureThreshold',
      allowed: 'an integer from 1',
    })
  })

  test.each([
    ['5s', '"5s"'],
    ['x'.repeat(41), 'a text of 41 characters'],
    ['redis://app:hunter2@db', '"redis://app:[secret]@db"'],
    [5n, '5n'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [undefined, 'undefined'],
    [null, 'null'],
    [[1, 2], 'an array of 2'],
    [{ password: 'hunter2' }, 'an object'],
    [() => 'hunter2', 'a function'],
    [Symbol('hunter2'), 'a symbol'],
  ])('shows %s without its contents', (received, shown) => {
    expect(of(received).message.endsWith(`, received ${shown}.`)).toBe(true)
  })
})

describe('isAppError', () => {
  test('knows an error by its code', () => {
    expect(isAppError(new NotFoundError(), 'NOT_FOUND')).toBe(true)
    expect(isAppError(new NotFoundError(), 'CONFLICT')).toBe(false)
  })

  test('may be handed to what gives an index as well', () => {
    const errors = [new Error('a'), new NotFoundError()]
    expect(errors.filter(isAppError)).toEqual([errors[1]])
    expect([errors.some(isAppError), errors.findIndex(isAppError)]).toEqual([true, 1])
  })

  test.each([undefined, null, 'NOT_FOUND', new Error('x'), { code: 'NOT_FOUND', kind: 'not_found' }])(
    'refuses %s',
    (value) => {
      expect(isAppError(value)).toBe(false)
    },
  )

  test('knows the errors of another copy of core, and they know ours', async () => {
    vi.resetModules()
    const other = await import('./index.js')
    const theirs = new other.NotFoundError({ message: 'No order 7.' })

    expect(other.NotFoundError).not.toBe(NotFoundError)
    expect(theirs instanceof AppError).toBe(false)
    expect(isAppError(theirs, 'NOT_FOUND')).toBe(true)
    expect(other.isAppError(new NotFoundError())).toBe(true)
    expect(errorKind(theirs)).toBe('not_found')
    expect(toErrorJson(theirs)).toEqual({ code: 'NOT_FOUND', kind: 'not_found', message: 'No order 7.' })
  })
})

describe('errorKind', () => {
  test('calls an abort cancelled and a timed out signal a timeout', () => {
    expect(errorKind(AbortSignal.abort().reason)).toBe('cancelled')
    expect(errorKind(new DOMException('late', 'TimeoutError'))).toBe('timeout')
    expect(errorKind(Object.assign(new Error('aborted'), { name: 'AbortError' }))).toBe('cancelled')
  })

  test.each([
    new Error('x'),
    Object.assign(new Error('x'), { name: 'TimeoutError' }),
    'text',
    undefined,
    null,
    7,
  ])('calls %s internal', (error) => {
    expect(errorKind(error)).toBe('internal')
  })
})

describe('what cannot be read', () => {
  const fail = () => {
    throw new Error('unreadable')
  }
  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()
  let reads = 0
  const onceReadable = Object.defineProperty(new NotFoundError(), 'kind', {
    get: () => (reads++ === 0 ? 'not_found' : fail()),
  })

  test.each([
    ['a proxy', new Proxy(new NotFoundError(), { get: fail })],
    ['a proxy without a prototype', new Proxy(new Error('x'), { getPrototypeOf: fail })],
    ['a revoked proxy', revoked],
    ['a code', Object.defineProperty(new NotFoundError(), 'code', { get: fail })],
    ['a kind', Object.defineProperty(new NotFoundError(), 'kind', { get: fail })],
    ['a name', Object.defineProperty(new Error('x'), 'name', { get: fail })],
    ['a name of what is no error', Object.defineProperty({}, 'name', { get: fail })],
    ['a tag', Object.defineProperty({}, Symbol.toStringTag, { get: fail })],
  ])('%s is of no AppError, and internal', (_, thrown) => {
    expect(isAppError(thrown)).toBe(false)
    expect(isAppError(thrown, 'NOT_FOUND')).toBe(false)
    expect(errorKind(thrown)).toBe('internal')
    expect(toErrorJson(thrown)).toEqual({ code: 'INTERNAL', kind: 'internal' })
  })

  test('a kind that is read once only is internal', () => {
    expect(errorKind(onceReadable)).toBe('internal')
  })
})

describe('the table of kinds', () => {
  test('knows its thirteen kinds and no other', () => {
    expect(errorKinds).toHaveLength(13)
    expect(errorKinds.every(isErrorKind)).toBe(true)
    expect(isErrorKind('teapot')).toBe(false)
    expect(isErrorKind('constructor')).toBe(false)
  })

  test('gives the status of an internal error for a kind of a later version', () => {
    expect(httpStatusOf('teapot' as ErrorKind)).toBe(500)
    expect(grpcStatusOf('teapot' as ErrorKind)).toBe(13)
    expect(httpStatusOf('too_large')).toBe(413)
    expect(grpcStatusOf('too_large')).toBe(8)
  })
})

describe('toErrorJson', () => {
  test('shows details of another realm as those of its own', () => {
    const make = `(() => ({
      error: Object.assign(new TypeError('hunter2'), { config: { url: 'https://bank/pay' } }),
      list: [{ map: new Map([['a', 1]]), set: new Set([1]) }],
      at: new Date(0),
      bytes: new Uint8Array(2),
      memory: new ArrayBuffer(2),
    }))()`
    const shown = (details: Record<string, unknown>) => toErrorJson(new NotFoundError({ details })).details
    expect(shown(runInNewContext(make))).toEqual({
      error: '[error]',
      list: [{ map: { a: 1 }, set: [1] }],
      at: '1970-01-01T00:00:00.000Z',
      bytes: '[binary]',
      memory: '[binary]',
    })
  })

  test('shows nothing of an error that nobody wrote for the outside', () => {
    expect(toErrorJson(new Error('connect ECONNREFUSED db.internal'))).toEqual({
      code: 'INTERNAL',
      kind: 'internal',
    })
    expect(toErrorJson('hunter2')).toEqual({ code: 'INTERNAL', kind: 'internal' })
    expect(toErrorJson(AbortSignal.abort().reason)).toEqual({ code: 'CANCELLED', kind: 'cancelled' })
  })

  test('shows issues with path, message and code alone', () => {
    const issue = { path: 'a', message: 'is missing', code: 'required', input: 'hunter2' }

    expect(toErrorJson(new ValidationError({ issues: [issue] })).issues).toEqual([
      { path: 'a', message: 'is missing', code: 'required' },
    ])
  })

  test('replaces secrets by name, at any depth, and passwords in URLs', () => {
    const json = toErrorJson(
      new UnavailableError({
        message: 'Cannot reach postgres://app:hunter2@db/orders.',
        details: {
          user: 'ada',
          Password: 'hunter2',
          nested: [{ api_key: 'hunter2' }],
          url: new URL('redis://:hunter2@r'),
        },
      }),
    )

    expect(JSON.stringify(json)).not.toContain('hunter2')
    expect(json.message).toBe('Cannot reach postgres://app:[secret]@db/orders.')
    expect(json.details).toMatchObject({
      user: 'ada',
      Password: '[secret]',
      nested: [{ api_key: '[secret]' }],
    })
  })

  test.each([
    'newPassword',
    'db_password',
    'password2',
    'pwd',
    'token',
    'clientSecret',
    'jwtSecret',
    'AWS_SECRET_ACCESS_KEY',
    'x-api-key',
    'signing.privateKey',
    'authToken',
    'csrf-token',
    'Proxy-Authorization',
    'session_cookie',
    'passwordHash',
    'credential',
    'smtpCredentials',
    'passwordConfirmation',
    'password_confirm',
    'tokens',
    'access_tokens',
    'oldPasswords',
    'apiKeys',
    'apiToken',
    'reset_tokens',
    'bearerToken',
    'pass',
    'dbPass',
    'developerToken',
    'signingKey',
  ])('takes a detail called %s for a secret', (name) => {
    expect(toErrorJson(new ConflictError({ details: { [name]: 'hunter2' } })).details).toEqual({
      [name]: '[secret]',
    })
  })

  test.each([
    'tokenCount',
    'nextPageToken',
    'nextToken',
    'prev_token',
    'previousToken',
    'syncToken',
    'paginationToken',
    'cursorToken',
    'resume_token',
    'fencingToken',
    'continuation_token',
    'maxTokens',
    'bypass',
    'tokensUsed',
    'passwordPolicy',
    'secretary',
    'key',
    'keys',
    'author',
    'cookies',
  ])('shows a detail called %s', (name) => {
    expect(toErrorJson(new ConflictError({ details: { [name]: 'x' } })).details).toEqual({ [name]: 'x' })
  })

  test('shows how many of them there are, but no number that is one', () => {
    const counts = { tokens: { used: 5, limit: 10n }, passwords: { min: 8 }, apiKeys: 2, access_tokens: 3n }
    const secrets = {
      password: 1234,
      pass: 1234,
      dbPass: 1234,
      token: { used: 5 },
      secrets: [1234],
      tokens_: { ann: 'x', bob: 1 },
      refresh_tokens: { ann: { bob: 1 } },
      bearers: new Map([['ann', 'x']]),
    }
    const { details = {} } = toErrorJson(new ConflictError({ details: { ...counts, ...secrets } }))

    expect(details).toMatchObject({ ...counts, tokens: { used: 5, limit: '10' }, access_tokens: '3' })
    expect(Object.keys(details).filter((name) => details[name] === '[secret]')).toEqual(Object.keys(secrets))
  })

  test('shows whether there is one', () => {
    const details = { token: null, refreshToken: undefined, hasPassword: true, pass: false }
    expect(toErrorJson(new ConflictError({ details })).details).toEqual({ ...details, refreshToken: null })
  })

  test.each([
    ['postgres://app:hunt@er2@db/orders', 'postgres://app:[secret]@db/orders'],
    ['redis://:Zm9v/Ym+Fy=@db:6379', 'redis://:[secret]@db:6379'],
    ['redis://:123/45@db', 'redis://:[secret]@db'],
    [`pg://app:it's#1?<"x">@db and ann@shop.example`, 'pg://app:[secret]@db and ann@shop.example'],
    ['kafka://a:p1/@h1,kafka://b:p2@h2', 'kafka://a:[secret]@h1,kafka://b:[secret]@h2'],
    ['pg:///app?user=app&password=hunter2#x', 'pg:///app?user=app&password=[secret]#x'],
    ["db://h;user=sa;Pwd=it's;1", 'db://h;user=sa;Pwd=[secret]'],
    ['/callback?access_token=abc&state=1', '/callback?access_token=[secret]&state=1'],
    ['/reset?reset_token=abc&x=1', '/reset?reset_token=[secret]&x=1'],
    ['/x?resetToken=abc', '/x?resetToken=[secret]'],
    ['/x?prev_token=a&continuation-token=b', '/x?prev_token=a&continuation-token=b'],
    ['http://host:80/@scope/x', 'http://host:80/@scope/x'],
    ['http://host:8080?x=a@b', 'http://host:8080?x=a@b'],
    ['https://host/a:b@c', 'https://host/a:b@c'],
    ['?page=2&tokenCount=3', '?page=2&tokenCount=3'],
    ['postgres://app:5432/secretrest@db', 'postgres://app:[secret]@db'],
    ['postgres://app:54?secret@db', 'postgres://app:[secret]@db'],
    ['https://app/cb#access_token=abc123', 'https://app/cb#access_token=[secret]'],
    [
      '/cb?x-access-token=abc&api_key=d#client-secret=e',
      '/cb?x-access-token=[secret]&api_key=[secret]#client-secret=[secret]',
    ],
    ['/cb?token=abc', '/cb?token=[secret]'],
    ['?password=a;b&c=1', '?password=[secret]&c=1'],
    ['/orders?pageToken=a&nextPageToken=b&next_token=c', '/orders?pageToken=a&nextPageToken=b&next_token=c'],
    ['http://[::1]:3000/@scope/pkg', 'http://[::1]:3000/@scope/pkg'],
    ['https://bot:p?w@npm.example/@scope/pkg', 'https://bot:[secret]@npm.example/@scope/pkg'],
    ['s3://bucket:prod/2024/report@v2', 's3://bucket:prod/2024/report@v2'],
    ['file://C:/Users/a@b/c', 'file://C:/Users/a@b/c'],
  ])('replaces passwords in URLs, whatever they hold: %s', (message, shown) => {
    expect(toErrorJson(new UnavailableError({ message })).message).toBe(shown)
  })

  test.each(['://a:', '://a:b@/', '://a:1/', '?a', '&token', '@'])(
    'reads a long text of %s in linear time',
    (part) => {
      // In quadratic time the test would run into its timeout.
      const message = `://a:${part.repeat(300_000)}`
      expect(toErrorJson(new UnavailableError({ message })).message?.length).toBeGreaterThan(0)
    },
  )

  test.each(['http://a:', 'pg://a:', '://', '?password=', '?'])(
    'reads a text of 20 MB behind %s, which is too long for the stack',
    (start) => {
      const message = start + 'x'.repeat(20_000_000)
      expect(toErrorJson(new UnavailableError({ message }))).toMatchObject({ code: 'UNAVAILABLE' })
    },
  )

  test('shows no line of a stack in a message or a detail', () => {
    const { stack } = new TypeError('x is not a function')
    const upstream =
      'It failed:\n\tat com.acme.Orders.place(Orders.java:12)\n\tat com.acme.Main.main(Main.java:3)'
    const error = new UnavailableError({
      message: upstream,
      details: { answer: { name: 'TypeError', stack } },
    })

    expect(toErrorJson(error)).toMatchObject({
      message: 'It failed:',
      details: { answer: { name: 'TypeError', stack: 'TypeError: x is not a function' } },
    })
  })

  test('shows lines that are none', () => {
    const message = 'Two shops are closed:\n  at noon\nat 5 (summer)'
    expect(toErrorJson(new UnavailableError({ message })).message).toBe(message)
  })

  test('reads long lines that might be of a stack in linear time', () => {
    const message = `${'\n  at x\n\t  at (:'.repeat(300_000)}\n${' '.repeat(300_000)}${'at ('.repeat(300_000)}`
    expect(toErrorJson(new UnavailableError({ message })).code).toBe('UNAVAILABLE')
  })

  test('replaces the password of a URL in an issue, in JSON.stringify too', () => {
    const issues = [{ path: 'url', message: 'postgres://app:hunter2@db is not reachable', code: 'url' }]
    const shown = [{ ...issues[0], message: 'postgres://app:[secret]@db is not reachable' }]
    const error = new ValidationError({ issues })
    expect([toErrorJson(error).issues, error.toJSON().issues]).toEqual([shown, shown])
  })

  test('shows only issues of what an error has by the name of issues', () => {
    const issues = [null, undefined, 'mug', 7, { path: 'sku', message: 'is sold out' }]
    const error = Object.assign(new ConflictError(), { issues })
    expect(toErrorJson(error).issues).toEqual([{ path: 'sku', message: 'is sold out' }])
  })

  test('turns into text what JSON cannot carry', () => {
    const cycle: Record<string, unknown> = {
      id: 7n,
      at: new Date(0),
      bad: Number.NaN,
      zero: -0,
      raw: new Uint8Array(3),
    }
    cycle['self'] = cycle
    const details = { cycle, map: new Map([['a', new Set([1])]]), error: new Error('hunter2'), fn: () => 1 }

    expect(toErrorJson(new ConflictError({ details })).details).toEqual({
      cycle: {
        id: '7',
        at: '1970-01-01T00:00:00.000Z',
        bad: 'NaN',
        zero: 0,
        raw: '[binary]',
        self: '[circular]',
      },
      map: { a: [1] },
      error: '[error]',
      fn: null,
    })
  })

  test('shows what only calls itself a map or a set as it prints', () => {
    const level = { [Symbol.toStringTag]: 'Map', toJSON: () => ({ width: 3 }) }
    const details = { levels: [level, 'b'], group: { [Symbol.toStringTag]: 'Set', a: 1 } }
    expect(toErrorJson(new ConflictError({ details })).details).toEqual({
      levels: [{ width: 3 }, 'b'],
      group: { a: 1 },
    })
  })

  test('survives details that throw when read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const details = {
      proxy,
      get trap() {
        throw new Error('hunter2')
      },
      after: 1,
    }

    expect(toErrorJson(new ConflictError({ details })).details).toEqual({
      proxy: '[unreadable]',
      trap: '[unreadable]',
      after: 1,
    })
    expect(toErrorJson(new ConflictError({ details: proxy })).details).toEqual({})
  })

  test.each(['message', 'details', 'issues', 'retryAfter'])(
    'survives an error whose %s throws when read',
    (name) => {
      const get = () => {
        throw new Error('hunter2')
      }
      const error = Object.defineProperty(new ConflictError(), name, { get })
      expect(toErrorJson(error)).toEqual({ code: 'INTERNAL', kind: 'internal' })
    },
  )

  test('survives what cannot be looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(toErrorJson(proxy)).toEqual({ code: 'INTERNAL', kind: 'internal' })
  })

  test('stays small, whatever the details are', () => {
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'x'))
    let deep: unknown = 'x'
    for (let i = 0; i < 100; i++) deep = { deep }

    const json = JSON.stringify(toErrorJson(new ConflictError({ details: { wide, deep } })))
    expect(json.length).toBeLessThan(10_000)
    expect(JSON.stringify(toErrorJson(new ConflictError({ details: { deep } })))).toContain('[too deep]')
  })
})
