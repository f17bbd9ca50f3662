import { readFileSync } from 'node:fs'
import { correlationId, runInContext, tenantId } from '@base/core/context'
import type { Span } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { memoryLogger, memorySpans } from '../testing/index.js'
import { withSpan } from '../tracing/index.js'
import type { LoggerOptions, RedactOptions } from './index.js'
import { DEFAULT_KEYS } from './key-rules.js'

const SECRET = 'hunter2'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
const CARD = '4111 1111 1111 1111'
const PEM = `-----BEGIN PRIVATE KEY-----\nMC4C${SECRET}\nQmFz\n-----END PRIVATE KEY-----\n`

/** As errors of Node have their code in the stack. */
function coded(message: string) {
  const error = new Error(message)
  const { stack = '' } = error
  return Object.assign(error, { stack: stack.replace('Error: ', 'Error [ERR_A]: ') })
}

/** What is printed, as it is printed. */
function printed(
  log: (logger: ReturnType<typeof memoryLogger>['logger']) => void,
  redact: RedactOptions = {},
  more: Partial<LoggerOptions> = {},
) {
  const memory = memoryLogger({ redact, ...more })
  log(memory.logger)
  expect(memory.lines.length).toBeGreaterThan(0)
  return memory.text
}

describe('what has the key of a secret is hidden', () => {
  test.each([
    ['Authorization, in any case (pino: case sensitive)', { Authorization: SECRET }],
    ['at any depth (pino#1708, fast-redact#5)', { a: { b: { c: { d: { password: SECRET } } } } }],
    ['in arrays of arrays (redact#25)', { a: [[{ token: SECRET }], [[{ token: SECRET }]]] }],
    ['whatever it holds', { secret: { deep: [SECRET] } }],
    ['written in other ways', { 'API-KEY': SECRET, apiKey: SECRET, x_api_key: SECRET, 'x-api-key': SECRET }],
    [
      'of a compound name',
      { userPassword: SECRET, db_password: SECRET, clientSecret: SECRET, refreshToken: SECRET },
    ],
    [
      'of a password, whatever it is called',
      {
        auth: { user: 'ann', pass: SECRET },
        dbPwd: SECRET,
        db_pwd: SECRET,
        user_pass: SECRET,
        SMTP_PASS: SECRET,
      },
    ],
    [
      'of a password, in camels and in one word',
      { userPass: SECRET, dbpass: SECRET, mysqlPasswd: SECRET, 'auth.pass': SECRET, 'user[pass]': SECRET },
    ],
    [
      'of the hash of a password and of keys',
      { PASSWORD_HASH: SECRET, signingKey: SECRET, 'hmac-keys': [SECRET], master_key: SECRET },
    ],
    ['of a token', { jwt: SECRET, userJwt: SECRET, Bearer: SECRET, x_jwt: SECRET }],
    [
      'of a signature of a webhook',
      {
        headers: { 'stripe-signature': SECRET, 'X-Hub-Signature-256': SECRET },
        rawHeaders: ['Webhook-Signature', SECRET],
      },
    ],
    ['as name and value beside a word', { a: [{ name: 'pass', value: SECRET }] }],
    [
      'of a word in other texts',
      {
        url: `/a?pass=${SECRET}&SMTP_PASS=${SECRET}&mysqlRootPass=${SECRET}`,
        body: JSON.stringify({ pass: SECRET, jwt: SECRET }),
      },
    ],
    [
      'of several',
      { cookies: { theme: SECRET }, passwords: [SECRET], oldPasswords: SECRET, secrets: { a: SECRET } },
    ],
    ['of several keys and tokens', { apiKeys: [SECRET], 'private-keys': SECRET, refresh_tokens: [SECRET] }],
    ['of a session', { sessionId: SECRET, userSessionId: SECRET, JSESSIONID: SECRET, PHPSESSID: SECRET }],
    [
      'of a session in headers',
      { headers: { 'x-session-id': SECRET }, rawHeaders: ['X-Session-Id', SECRET] },
    ],
    [
      'of a session in a cookie',
      { a: [{ name: 'connect.sid', value: SECRET }], raw: `connect.sid=s%3A${SECRET}` },
    ],
    ['of a session in a URL', { url: `/a;jsessionid=${SECRET}?PHPSESSID=${SECRET}` }],
    ['in maps', { a: new Map([['password', SECRET]]) }],
    ['in headers', { a: new Headers({ cookie: SECRET, authorization: SECRET }) }],
    ['in the raw headers of node:http', { rawHeaders: ['Host', 'a', 'Authorization', SECRET] }],
    ['in pairs', { a: [['authorization', SECRET]] }],
    ['as name and value', { a: [{ name: 'password', value: SECRET }] }],
    ['as name and value beside a key', { a: { key: 0, name: 'password', value: SECRET } }],
    ['as key and value beside a name', { a: { key: 'password', name: 'of Ann', value: SECRET } }],
    ['as Name and Value', { a: [{ Name: 'password', Value: SECRET }] }],
    ['of several names', { 'user.password': SECRET, 'a.token[0]': SECRET, 'a[token].b': SECRET }],
    ['of a query by a common word', { url: `/a?code=${SECRET}&sig=${SECRET}&Signature=${SECRET}` }],
    ['of a form with brackets', { 'user[token]': SECRET, 'password[]': [SECRET], 'user[password]': SECRET }],
    ['given by toJSON', { a: { toJSON: () => ({ password: SECRET }) } }],
    ['of an error', Object.assign(new Error('x'), { password: SECRET })],
    ['of a cause', new Error('x', { cause: Object.assign(new Error('y'), { token: SECRET }) })],
    ['of a query', { url: `/a?x=1&access_token=${SECRET}&b=2` }],
    [
      'of a query, whatever rule hides it',
      { url: `/a?api-key=${SECRET}&new_password=${SECRET}&pwd=${SECRET}` },
    ],
    ['of a query with brackets', { url: `/a?user[password]=${SECRET}&user%5Btoken%5D=${SECRET}` }],
    ['of a query without its mark', { query: `token=${SECRET}&x=1`, raw: `api_key=${SECRET}` }],
    ['of a fragment without its mark', { url: { path: '/cb', fragment: `access_token=${SECRET}` } }],
    ['of a form with the end of its line', { body: `password=${SECRET}&x=1\r\n` }],
    [
      'of a form of one name with the end of its line',
      { body: `password=${SECRET}\n`, raw: `token=${SECRET}\r\n` },
    ],
    ['of a form by a common word', { body: `code=${SECRET}&x=1` }],
    ['of a form', { body: `user%5Bpassword%5D=${SECRET}&name=Ann+Lee` }],
    ['of labels with dots', { labels: { 'user.token': SECRET, 'connect.sid': SECRET } }],
    ['of a query within a query', { url: `/a?to=/b?token=${SECRET}` }],
    ['of a fragment', { url: `https://app.example/cb#access_token=${SECRET}&token_type=bearer` }],
    ['of JSON in a text, as in the body of a request', { data: JSON.stringify({ a: 1, password: SECRET }) }],
    ['of JSON within JSON', { data: JSON.stringify({ body: JSON.stringify({ token: SECRET }) }) }],
    ['of JSON, whatever it holds', { data: JSON.stringify({ secret: { a: ['}', SECRET] }, b: 1 }) }],
    ['of JSON that is laid out', { data: JSON.stringify({ a: { token: `"${SECRET}` } }, null, 2) }],
    ['of JSON that is cut', { data: `{"a":1,"token":"${SECRET}` }],
    [
      'of JSON behind JSON that is cut',
      { data: JSON.stringify({ a: '{"token":["b', password: `}]${SECRET}` }) },
    ],
    [
      'of JSON within JSON within JSON within JSON',
      { data: [1, 2, 3, 4].reduce((json) => JSON.stringify({ json }), JSON.stringify({ token: SECRET })) },
    ],
    [
      'of a head of HTTP',
      { head: `GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${SECRET}\r\n more ${SECRET}\r\n\r\n` },
    ],
  ])('%s', (_, fields) => {
    for (const format of ['json', 'ecs'] as const) {
      const text = printed((logger) => logger.info(fields), {}, { format })
      expect(text).not.toContain(SECRET)
      expect(text).toContain('[Redacted]')
    }
  })

  test('in fields of children, and in what placeholders stand for', () => {
    const text = printed((logger) => {
      logger.child({ password: SECRET }).info('a')
      logger
        .child({})
        .child({ a: { Token: SECRET } })
        .info('%j %o %s', { password: SECRET }, { token: SECRET }, { cookie: SECRET })
    })
    expect(text).not.toContain(SECRET)
  })

  test("by path in what placeholders stand for, and in a message, as pino's redaction does", () => {
    for (const format of ['json', 'ecs'] as const) {
      const text = printed(
        (logger) => {
          logger.info(
            '%j %o %O %s',
            { card: { iban: SECRET } },
            { card: { iban: SECRET } },
            { iban: SECRET },
            {
              any: { deep: SECRET },
            },
          )
          const log = logger.info.bind(logger) as (...args: unknown[]) => void
          log({ a: 1 }, { card: { iban: SECRET } })
          logger.child({}, { redact: ['own.name'] }).info('%j', { own: { name: SECRET } })
        },
        { paths: ['card.iban', '*.iban', '**.deep'] },
        { format },
      )
      expect(text).not.toContain(SECRET)
      expect(text.match(/Redacted/g)).toHaveLength(6)
    }
  })

  test('a message, by its own key', () => {
    const text = printed((logger) => logger.child({}, { redact: ['msg'] }).info('a %s', SECRET))
    expect(JSON.parse(text).msg).toBe('[Redacted]')
  })

  test('after fields have got their final names (the leak of ecs-pino-format: a request that is renamed)', () => {
    const req = { method: 'GET', url: '/', headers: { authorization: `Bearer ${SECRET}`, 'x-key': SECRET } }
    const redact = { paths: ['http.request.headers["x-key"]'] }
    expect(printed((logger) => logger.info({ req }), redact, { format: 'ecs' })).not.toContain(SECRET)
  })

  test('and what has not is shown', () => {
    const text = printed((logger) =>
      logger.info({
        passwordless: 'yes',
        passed: 'yes',
        bypass: 'yes',
        compass: 'north',
        passenger: 'Ann',
        keyboard: 'en',
        signed: 'yes',
        typeSignature: '() => void',
        jwt: { algorithm: 'ES256' },
        bearer: true,
        report: { pass: 3, fail: 0 },
        checks: { pass: true },
        states: ['pass', 'fail'],
        body: '{"pass":3,"jwt":{"algorithm":"ES256"}}',
        url: '/a?boardingPass=3&x=1',
        boardingPass: 'A12',
        season_pass: 'gold',
        renderPass: 'shadow',
        sessions: 3,
        sessionIdle: '5m',
        sessionIdsSeen: 4,
        tokens: 3,
        author: 'Ann',
        secretary: 'Bo',
        'gen_ai.token.type': 'input',
        'token.count': 5,
        'cookie.consent': true,
        'auth.token.ts': 1,
      }),
    )
    expect(text).not.toContain('[Redacted]')
  })

  test('in labels of ECS, which are the text of their JSON', () => {
    const labels = {
      ctx: { password: SECRET, at: [1] },
      big: Array(5_000).fill('x'.repeat(20)),
      when: new Date(0),
    }
    const memory = memoryLogger({ format: 'ecs' })
    memory.logger.info({ labels })
    const [line] = memory.lines
    expect(line?.['labels.ctx']).toBe('{"password":"[Redacted]","at":[1]}')
    expect(line?.['labels.when']).toBe('1970-01-01T00:00:00.000Z')
    expect(String(line?.['labels.big']).length).toBeLessThan(17_000)
  })

  test('as the guide and the docstring list it', () => {
    for (const file of ['./redact-options.ts', '../../../../docs/guides/logging.md']) {
      const text = readFileSync(new URL(file, import.meta.url), 'utf8')
      const isListed = (key: string) =>
        text.includes(`\`${key}\``) || (key.endsWith('s') && text.includes(`\`${key.slice(0, -1)}\``))
      expect(DEFAULT_KEYS.filter((key) => !isListed(key))).toEqual([])
    }
  })

  test('not at all where the defaults are off', () => {
    expect(printed((logger) => logger.info({ password: SECRET }), { defaults: false })).toContain(SECRET)
  })
})

describe('what lies on a path is hidden', () => {
  test.each<[string, RedactOptions, Partial<LoggerOptions>]>([
    ['a key', { keys: ['tenantId', 'trace_id'] }, {}],
    ['a key, in ECS', { keys: ['tenantId', 'trace.id'] }, { format: 'ecs' }],
    ['a path', { paths: ['tenantId', 'trace_id'] }, {}],
    ['a path, in ECS', { paths: ['labels.tenant_id', 'trace.id'] }, { format: 'ecs' }],
  ])('as are the ids of the context, by %s', (_, redact, more) => {
    const spans = memorySpans()
    const said = (span: Span) => {
      const text = printed((logger) => logger.info('said'), redact, more)
      expect(text).toContain('request-1')
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain(span.spanContext().traceId)
    }
    runInContext(
      [
        [correlationId, 'request-1'],
        [tenantId, SECRET],
      ],
      () => withSpan('request', said),
    )
    spans.close()
  })

  test.each([
    ['a.b', { a: { b: SECRET } }],
    ['a.*.c', { a: { x: { c: SECRET }, y: { c: SECRET } } }],
    ['a[*].b', { a: [{ b: SECRET }, { b: SECRET }] }],
    ['a[1]', { a: ['shown', SECRET] }],
    ['*.*.*.d (redact#18: three wildcards)', { a: { b: { c: { d: SECRET } } } }],
    ['**.d', { d: SECRET, a: { d: SECRET, b: { c: { d: SECRET } } } }],
    ['a["b.c"]', { a: { 'b.c': SECRET } }],
    ['a.b', { 'a.b': SECRET }],
  ])('%s', (path, fields) => {
    const [clean = ''] = path.split(' ')
    expect(printed((logger) => logger.info(fields), { paths: [clean] })).not.toContain(SECRET)
  })

  test('and nothing beside it', () => {
    const fields = { a: { b: SECRET, c: 'shown' }, b: 'shown too', x: { a: { b: 'and this' } } }
    const text = printed((logger) => logger.info(fields), { paths: ['a.b'] })
    for (const shown of ['shown', 'shown too', 'and this']) expect(text).toContain(shown)
  })

  test('for a child that hides more', () => {
    const text = printed((logger) => logger.child({}, { redact: ['x.y'] }).info({ x: { y: SECRET } }))
    expect(text).not.toContain(SECRET)
  })
})

describe('what looks like a secret is hidden in every text', () => {
  test.each([
    ['a bearer token', `sent Bearer ${SECRET}abc to them`, SECRET],
    ['basic credentials', `Basic ${btoa(`ann:${SECRET}`)}`, btoa(`ann:${SECRET}`)],
    ['a JWT', `got ${JWT}.`, JWT],
    ['a JWT with a long header', `got eyJ${'a'.repeat(2_000)}.eyJ9.${SECRET}`, SECRET],
    ['a JWT behind what is none', `eyJ.${JWT}`, JWT],
    ['a user of a URL', `postgres://ann:${SECRET}@db/x`, SECRET],
    ['a password of a URL that is not escaped', `no db at postgres://ann:p#/?${SECRET}@db/x`, SECRET],
    ['a password of a URL with apostrophes', `postgres://app:o'B''${SECRET}'@db/x`, SECRET],
    ['a password of a URL with an apostrophe before a hash', `postgres://app:o'B#${SECRET}'@db/x`, SECRET],
    ['a user of a URL with an apostrophe', `redis://o'brien:p#${SECRET}@db/x`, SECRET],
    ['a parameter with apostrophes', `/a?token=''o'B'${SECRET}'&x=1`, SECRET],
    ["a parameter as axios writes o' x", `/a?token=o'+${SECRET}&x=1`, SECRET],
    ['a parameter as axios writes it', `/a?token=o'$o'o':o',${SECRET}`, SECRET],
    ['a parameter as Angular writes it', `/a?token=o'@o'=o'/o'?${SECRET}`, SECRET],
    ['a parameter that is quoted', `Server=a;Password='${SECRET}';`, SECRET],
    ['a password of a URL with @ in it', `postgres://app:p#w@${SECRET}@db/x`, SECRET],
    ['a password of a URL with slashes', `see http://a:x, postgres://c:p//${SECRET}@db`, SECRET],
    ['a password of ssh that is not escaped', `ssh://git:p#${SECRET}@host.example/a`, SECRET],
    ['a private key', `no client: ${PEM}`, SECRET],
    ['a private key of OpenSSL', PEM.replaceAll('PRIVATE', 'RSA PRIVATE'), SECRET],
    ['a private key of OpenSSH', PEM.replaceAll('PRIVATE', 'OPENSSH PRIVATE'), SECRET],
    ['a private key with a password', PEM.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'), SECRET],
    [
      'a private key of PGP',
      PEM.replaceAll('PRIVATE KEY', 'PGP PRIVATE KEY BLOCK').replace('\n', '\nComment: "Ann"\n\n'),
      SECRET,
    ],
    ['a private key with line ends of Windows', PEM.replaceAll('\n', '\r\n'), SECRET],
    ['a private key in JSON', JSON.stringify({ key: PEM }), SECRET],
    ['a private key in JSON within JSON', JSON.stringify({ body: JSON.stringify({ key: PEM }) }), SECRET],
    ['a private key that is cut', `${PEM.slice(0, 40)}${SECRET}`, SECRET],
    ['a private key of a form', `${new URLSearchParams({ a: '1', key: PEM })}`, SECRET],
    ['a private key of a query', `/a?key=${encodeURIComponent(PEM)}`, SECRET],
    ['a private key that is named', `password=${PEM}`, SECRET],
    ['a private key in a head of HTTP', `A: b\r\nX-Secret: ${PEM.replaceAll('\n', '\r\n')}`, SECRET],
    ['a token of a URL in a URL', `/login?next=${encodeURIComponent(`/cb?token=${SECRET}`)}&x=1`, SECRET],
    [
      'a token of a URL in a URL in a URL',
      `/a?b=${encodeURIComponent(`/c?d=${encodeURIComponent(`/e?token=${SECRET}`)}`)}`,
      SECRET,
    ],
    [
      'a user of a URL in a URL',
      `/proxy?to=${encodeURIComponent(`https://ann:${SECRET}@a.example/`)}`,
      SECRET,
    ],
    ['JSON in a URL', `/a?filter=${encodeURIComponent(JSON.stringify({ password: SECRET }))}`, SECRET],
    ['a bearer token in a URL', `/a?auth=${encodeURIComponent(`Bearer ${SECRET}`)}`, SECRET],
    ['a card number in a URL', `/a?paid=${encodeURIComponent(CARD)}`, encodeURIComponent(CARD)],
    ['a second private key', `${PEM}and ${PEM}`, SECRET],
    ['a card number', `paid with ${CARD}`, CARD],
    ['one card number after the other', `${'4 '.repeat(40)}${CARD}`, CARD],
    ['a card number without spaces', 'x4111111111111111'.slice(1), '4111111111111111'],
  ])('%s: in fields, messages, errors and keys', (_, text, secret) => {
    const shown = printed((logger) => {
      logger.info({ a: { b: [text] } }, text)
      logger.error(new Error(text))
      logger.info('%s', text)
      logger.info({ [text]: 1 })
      logger.child({ a: text }).info({ json: JSON.stringify({ text }) })
    })
    expect(shown).not.toContain(secret)
  })

  test.each([
    'http://registry:4873/@base/core',
    'http://host:8080?to=ann@example.com',
    'http://[::1]:80/a@b',
    'see http://a.example/b:c and mail ann@example.com',
    'file://C:/repo/node_modules/@base/core/index.js',
    'file://C:/repo/node_modules/a@1/index.js',
    'http://localhost:{port}/@fs/x',
    'ssh://github.com:org/repo@v1.2.0',
    'git+ssh://github.com:org/repo@v1.2.0',
    'http://a:80;http://b:81/u@c',
    '(http://a:8080)/x,bob@example.com',
    '[http://a:80]/b http://a:81|/b@c http://a:82&/b@c',
    'http://a:x;http://b/u@c',
    '/orders?page=2&sort=name',
    'page=2&sort=name&next=dG9rZW4=',
    'code=5 failed',
    'code=ECONNREFUSED',
    'sig=SIGTERM',
    'PWD=/work',
    "VALUES ('http://a.example'),('ann@example.com')",
    "{'http://a.example':'ann@example.com'}",
    "['http://a.example'|'ann@example.com']",
    "['http://a.example','ann@example.com']",
    "{'a':'http://a.example'}[ann@example.com]",
    '/orders?filter[code]=BR&filter[sig]=1&token.count=5',
    'a\r\nHost: b\r\nc',
    '{"tokens":"a","a":"password","token.count":5}',
    '"password": must be a text, and "token":',
    PEM.replaceAll('PRIVATE', 'PUBLIC'),
    PEM.replaceAll('PRIVATE KEY', 'CERTIFICATE'),
    PEM.replaceAll('PRIVATE KEY', 'PGP PUBLIC KEY BLOCK'),
    'a PRIVATE KEY, which begins with -----BEGIN',
  ])('and nothing else: %s', (text) => {
    expect(printed((logger) => logger.info({ text }, text))).not.toContain('[Redacted]')
  })

  test.each([
    [new Error(`user=ann&password=${SECRET}`), 'user=ann&password=[Redacted]'],
    [new TypeError(`access_token=${SECRET}`), 'access_token=[Redacted]'],
    [coded(`token=${SECRET}&page=2`), 'token=[Redacted]&page=2'],
  ])('a form or a query that an error has for its message, in the stack too: %s', (error, message) => {
    for (const format of ['json', 'ecs'] as const) {
      const text = printed(
        (logger) => logger.error({ err: new Error('a', { cause: error }) }, 'b'),
        {},
        { format },
      )
      expect(text).not.toContain(SECRET)
      expect(text).toContain(`: ${message}\\n    at `)
    }
  })

  test('a private key of an agent, in the error of a call as axios has it', () => {
    const agent = { options: { key: PEM, cert: PEM.replaceAll('PRIVATE KEY', 'CERTIFICATE') } }
    const err = Object.assign(new Error('no answer'), { config: { httpsAgent: agent }, request: { agent } })
    for (const format of ['json', 'ecs'] as const) {
      const text = printed((logger) => logger.error({ err, key: PEM }), {}, { format })
      expect(text.split(SECRET).length).toBe(3)
      expect(text).not.toContain('PRIVATE')
      expect(text).toContain('END CERTIFICATE')
    }
  })

  test('what stands around a private key is shown, and the key where the defaults are off', () => {
    const text = `with ${PEM} for ann`
    const log = (logger: ReturnType<typeof memoryLogger>['logger']) => logger.info(text)
    expect(printed(log)).toContain('with [Redacted]\\n for ann')
    expect(printed(log, { defaults: false })).toContain(SECRET)
    expect(printed(log, { defaults: false, patterns: [/BEGIN/, 'private-key'] })).not.toContain(SECRET)
  })

  test('keys that are hidden are kept apart', () => {
    const redact = { patterns: ['email'] } as const
    const sent = { 'ann@x.com': 1, '[Redacted]': 2, 'bob@x.com': 3, 'eve@x.com': 4 }
    for (const format of ['json', 'ecs'] as const) {
      const memory = memoryLogger({ redact, format })
      const child = memory.logger.child({ 'ann@x.com': 0 })
      child.info({ sent, 'bob@x.com': 5 })
      child.info({ 'bob@x.com': 6, 'eve@x.com': 7, err: 'named one by one' })
      const [plain = '', named = ''] = memory.text.split('\n')
      expect(plain).toContain('"[Redacted]":0')
      expect(plain).toContain('{"[Redacted]_2":1,"[Redacted]":2,"[Redacted]_3":3,"[Redacted]_4":4}')
      expect(plain).toContain('"[Redacted]_2":5')
      expect(named).toContain('"[Redacted]":6,"[Redacted]_2":7')
      expect(named).not.toContain('"[Redacted]":0')
    }
  })

  test('keys that are a common word with a value are kept as they are', () => {
    const counts = { 'code=200': 5, 'code=404': 1 }
    expect(printed((logger) => logger.info({ counts }))).toContain(JSON.stringify(counts))
  })

  test('of JSON the value alone, so that it stays JSON', () => {
    const sent = {
      a: 1,
      otp: 123456,
      token: 'a"b\\',
      secret: [{ b: '}"' }],
      last: { body: '{"pwd":"x\\"y"}', c: 2 },
    }
    const memory = memoryLogger()
    memory.logger.info({ sent: JSON.stringify(sent) }, `sent ${JSON.stringify(sent)} to them`)
    const hidden = {
      a: 1,
      otp: '[Redacted]',
      token: '[Redacted]',
      secret: '[Redacted]',
      last: { body: '{"pwd":"[Redacted]"}', c: 2 },
    }
    expect(memory.lines[0]).toMatchObject({
      sent: JSON.stringify(hidden),
      msg: `sent ${JSON.stringify(hidden)} to them`,
    })
  })

  test.each([
    ['a text that is cut', '{"token":"abc'],
    ['an object that is cut', '{"token":{"a":"abc'],
    ['a list that is cut', '{"token":["a'],
    ['a backslash that is cut', '"token":"\\'],
  ])('of JSON not what stands behind %s within it', (_, preview) => {
    const memory = memoryLogger()
    memory.logger.info({ sent: JSON.stringify({ preview, status: 500, last: 'KEEP' }) })
    expect(JSON.parse(String(memory.lines[0]?.['sent']))).toMatchObject({ status: 500, last: 'KEEP' })
    expect(memory.text).toContain('[Redacted]')
  })

  test('an e-mail address in a URL, of which the rest is shown', () => {
    const text = printed(
      (logger) => logger.info('/users/ann%40example.com?next=%2Fa%3Fb%3Dann%40example.com%26c%3Dd'),
      {
        patterns: ['email'],
      },
    )
    expect(JSON.parse(text).msg).toBe('/users/[Redacted]?next=%2Fa%3Fb%3D[Redacted]%26c%3Dd')
  })

  test.each(['/a%20b?c=d%26e%3Df', '100%', '%ff%fe%41%3d', '%25%2525', 'a+b%2Bc', '\ud800%3D1'])(
    '%j is shown as it is',
    (text) => {
      expect(JSON.parse(printed((logger) => logger.info({ text }))).text).toBe(text)
    },
  )

  test('of a long text as much is shown as without its secrets', () => {
    const sent = JSON.stringify({ token: 'x'.repeat(17_000), status: 500, more: 'y'.repeat(30_000) })
    const text = printed((logger) => logger.info({ sent }))
    expect(text).toContain('status')
    expect(text).not.toContain('xx')
    expect(text.length).toBeGreaterThan(12_000)
  })

  test('up to the quotation mark that ends it, and no further', () => {
    const text = printed((logger) => logger.info(`'/a?token=${SECRET}', '/b?token=o'${SECRET}'; 'c'`))
    expect(text).toContain("'/a?token=[Redacted]', '/b?token=[Redacted]'; 'c'")
  })

  test('numbers that are card numbers, and none that are not', () => {
    const text = printed((logger) =>
      logger.info({ card: 4111111111111111, big: 4111111111111111n, id: 4111111111111112 }),
    )
    expect(text).not.toContain('4111111111111111')
    expect(text).toContain('4111111111111112')
  })

  test('e-mail addresses, CPF and SSN on request only', () => {
    const personal = ['ann@example.com', '529.982.247-25', '078-05-1120']
    const log = (logger: ReturnType<typeof memoryLogger>['logger']) => logger.info(personal.join(' and '))
    for (const each of personal) expect(printed(log)).toContain(each)
    const hidden = printed(log, { patterns: ['email', 'cpf', 'ssn'] })
    for (const each of personal) expect(hidden).not.toContain(each)
  })

  test('what an expression of yours matches', () => {
    expect(printed((logger) => logger.info('order K-1234 and K-9'), { patterns: [/K-\d+/] })).toContain(
      'order [Redacted] and [Redacted]',
    )
  })

  test('in the half of a text that is cut', () => {
    const text = printed((logger) => logger.info(`${'x'.repeat(16_380)} Bearer ${SECRET}`))
    expect(text).not.toContain(SECRET)
  })

  test('in the half of a text that is cut after others have made it shorter', () => {
    // What was looked at ends within the last secret, far before what may be shown.
    const head = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(5_000)} `
    const open = `postgres://app:${SECRET}`
    const pad = 'x '.repeat(20_480).slice(0, 16_384 + 4_096 - head.length - open.length)
    const text = printed((logger) => logger.info(`${head}${pad}${open}@db/x ${'y'.repeat(100)}`))
    expect(text).toContain('x x')
    expect(text).not.toContain(SECRET)
  })

  test('in no time that grows faster than the text', () => {
    // Each would take minutes if an expression went back and forth over it.
    for (const evil of [
      'eyJ'.repeat(5_000),
      'a@'.repeat(8_000),
      '4 '.repeat(8_000),
      '://'.repeat(5_000),
      '1-'.repeat(8_000),
      `${'a://a:'.repeat(3_000)}@`,
      'a://a:@'.repeat(2_500),
      `a://a:${'b@'.repeat(8_000)}`,
      `ssh://${'a.'.repeat(8_000)}`,
      `?${'a='.repeat(8_000)}`,
      '\r\na:\r\n '.repeat(2_000),
      `a://a:${"'".repeat(16_000)}`,
      `${"a://'".repeat(3_000)}@`,
      `a://a:${"'@".repeat(8_000)}`,
      `?token=${"'".repeat(16_000)}`,
      "?token='".repeat(2_000),
      '-'.repeat(16_000),
      '-----BEGIN '.repeat(1_500),
      `-----BEGIN ${'A '.repeat(8_000)}`,
      `-----BEGIN PRIVATE KEY-----${'-----END A '.repeat(1_400)}`,
    ])
      printed((logger) => logger.info(evil), { patterns: ['email', 'cpf', 'ssn'] })
  })
})
