import { describe, expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'
import type { LoggerOptions, RedactOptions } from './index.js'

const SECRET = 'hunter2'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
const CARD = '4111 1111 1111 1111'

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
    ['in maps', { a: new Map([['password', SECRET]]) }],
    ['in headers', { a: new Headers({ cookie: SECRET, authorization: SECRET }) }],
    ['in the raw headers of node:http', { rawHeaders: ['Host', 'a', 'Authorization', SECRET] }],
    ['in pairs', { a: [['authorization', SECRET]] }],
    ['as name and value', { a: [{ name: 'password', value: SECRET }] }],
    ['given by toJSON', { a: { toJSON: () => ({ password: SECRET }) } }],
    ['of an error', Object.assign(new Error('x'), { password: SECRET })],
    ['of a cause', new Error('x', { cause: Object.assign(new Error('y'), { token: SECRET }) })],
    ['of a query', { url: `/a?x=1&access_token=${SECRET}&b=2` }],
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

  test('after fields have got their final names (the leak of ecs-pino-format: a request that is renamed)', () => {
    const req = { method: 'GET', url: '/', headers: { authorization: `Bearer ${SECRET}`, 'x-key': SECRET } }
    const redact = { paths: ['http.request.headers["x-key"]'] }
    expect(printed((logger) => logger.info({ req }), redact, { format: 'ecs' })).not.toContain(SECRET)
  })

  test('and what has not is shown', () => {
    const text = printed((logger) =>
      logger.info({ passwordless: 'yes', tokens: 3, author: 'Ann', secretary: 'Bo' }),
    )
    expect(text).not.toContain('[Redacted]')
  })

  test('not at all where the defaults are off', () => {
    expect(printed((logger) => logger.info({ password: SECRET }), { defaults: false })).toContain(SECRET)
  })
})

describe('what lies on a path is hidden', () => {
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

  test('in no time that grows faster than the text', () => {
    // Each would take minutes if an expression went back and forth over it.
    for (const evil of [
      'eyJ'.repeat(5_000),
      'a@'.repeat(8_000),
      '4 '.repeat(8_000),
      '://'.repeat(5_000),
      '1-'.repeat(8_000),
    ])
      printed((logger) => logger.info(evil), { patterns: ['email', 'cpf', 'ssn'] })
  })
})
