import { stdSerializers } from 'pino'
import { describe, expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'

const SECRET = 'hunter2'

/** The error of a client, with what it says of the call. */
const failed = (fields: object, message = 'refused') => Object.assign(new Error(message), fields)
const ioredis = failed({ command: { name: 'auth', args: ['shop', SECRET] } }, 'WRONGPASS')
const drizzle = failed(
  { query: 'update users set name = $1', params: ['ann', SECRET] },
  `Failed query: update users set name = $1\nparams: ann,${SECRET}`,
)

describe('of the call of a client that failed, what it was called with is not shown', () => {
  test.each([
    ['of ioredis', ioredis, 'auth'],
    ['as a cause', new Error('a', { cause: new Error('b', { cause: ioredis }) }), 'auth'],
    ['in an aggregate', new AggregateError([ioredis, ioredis], 'all failed'), 'auth'],
    ['of a transaction of ioredis', failed({ previousErrors: [ioredis] }, 'EXECABORT'), 'auth'],
    ['as an item', { tried: [ioredis] }, 'auth'],
    ['of redis 3', failed({ command: 'AUTH', args: [SECRET] }), 'AUTH'],
    [
      'of postgres, with debug',
      failed({ query: 'select $1', parameters: [SECRET], args: [SECRET] }),
      'select',
    ],
    ['of TypeORM', failed({ query: 'select $1', parameters: [SECRET] }), 'select'],
    ['of Sequelize', failed({ sql: 'select $1', parameters: { id: SECRET }, parent: ioredis }), 'auth'],
    [
      'of mysql2, which writes values into the statement',
      failed({ sql: `select '${SECRET}'`, errno: 1146 }),
      '1146',
    ],
    ['of drizzle, in the message too', drizzle, 'update users set name = $1'],
    ['of drizzle, in a message of ours', new Error('x', { cause: drizzle }), 'params: [Redacted]'],
  ])('%s', (_, error, shown) => {
    for (const format of ['json', 'ecs'] as const) {
      const memory = memoryLogger({ format })
      memory.logger.error({ err: error })
      memory.logger.error(error, 'failed')
      memory.logger.error(error)
      memory.logger.error('failed: %s', error)
      memory.logger.error('failed: %o', error)
      memory.logger.child({ error }).error('failed')
      expect(memory.text).not.toContain(SECRET)
      expect(memory.lines).toHaveLength(6)
      for (const line of memory.text.trim().split('\n').slice(0, 3)) expect(line).toContain(shown)
    }
  })

  test("nor where a child has pino's serializers of errors", () => {
    const { err, errWithCause } = stdSerializers
    for (const format of ['json', 'ecs'] as const) {
      const memory = memoryLogger({ format })
      for (const serializer of [err, errWithCause]) {
        const log = memory.logger.child({}, { serializers: { err: serializer, failure: serializer } })
        log.error(drizzle)
        log.error({ failure: new Error('a', { cause: ioredis }) })
      }
      expect(memory.text).not.toContain(SECRET)
      expect(memory.text.match(/"auth"/g)).toHaveLength(2)
    }
  })

  test('and what is the like of it is shown', () => {
    const memory = memoryLogger()
    memory.logger.error({
      err: failed({ command: 'deploy', query: { page: 2 }, parameters: 3, detail: 'a' }),
    })
    memory.logger.info({ command: { name: 'PlaceOrder', args: [1] }, sql: 'select 1', params: { id: 7 } })
    expect(memory.text).not.toContain('[Redacted]')
    expect(memory.lines[0]?.['err']).toMatchObject({ command: 'deploy', query: { page: 2 }, detail: 'a' })
    expect(memory.lines[1]).toMatchObject({ command: { args: [1] }, sql: 'select 1', params: { id: 7 } })
  })

  test('and what cannot be read stops no line', () => {
    const memory = memoryLogger()
    const errors = [failed({ query: 'a', params: [Symbol('b')] }), new Error('unreadable')]
    Object.defineProperty(errors[1], 'query', { get: () => expect.unreachable() })
    for (const error of errors) {
      memory.logger.error(error)
      memory.logger.error('failed: %s', error)
    }
    expect(memory.lines).toHaveLength(4)
    const unsaid = new Error('cannot save order 7')
    const bare = Object.assign(Object.create(null), { sku: 'a' })
    for (const params of [[bare], [Symbol('b')]]) {
      memory.logger.error(Object.assign(unsaid, { query: 'insert', params }))
      expect(memory.lines.at(-1)).toMatchObject({
        msg: 'cannot save order 7',
        err: {
          message: 'cannot save order 7',
          stack: expect.stringContaining('cannot save'),
          params: '[Redacted]',
        },
      })
    }
  })
})
