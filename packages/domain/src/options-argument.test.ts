import { unchecked } from '@base/core/schema'
import { describe, expect, test } from 'vitest'
import { defineEvent, readCloudEvent, toCloudEvent } from './event/index.js'
import { memoryRepository } from './repository/index.js'
import { where } from './specification/index.js'
import { createUnitOfWork, memoryUnitOfWork } from './unit-of-work/index.js'

interface User {
  readonly id: string
  readonly name: string
}

const users = memoryRepository<User, string>({ id: ({ id }) => id })
const unitOfWork = memoryUnitOfWork({ users })
const driver = { begin: async () => ({}) as never }
const ada = { id: '1', name: 'Ada' }
const every = where<User>().isNotNull('id')
const OrderPlaced = defineEvent('order.placed', unchecked<object>())
const placed = OrderPlaced({})
const message = { headers: { 'content-type': 'application/cloudevents+json' }, body: '{}' }

/** What takes options, and whose they are. */
const DOORS: readonly (readonly [owner: string, open: (options: never) => unknown])[] = [
  ['@base/domain memoryRepository', memoryRepository],
  ['@base/domain Repository', (options) => users.findById('1', options)],
  ['@base/domain Repository', (options) => users.getById('1', options)],
  ['@base/domain Repository', (options) => users.findOne(every, options)],
  ['@base/domain Repository', (options) => users.find(every, options)],
  ['@base/domain Repository', (options) => users.findPage(every, options)],
  ['@base/domain Repository', (options) => users.stream(every, options)[Symbol.asyncIterator]().next()],
  ['@base/domain Repository', (options) => users.count(every, options)],
  ['@base/domain Repository', (options) => users.exists(every, options)],
  ['@base/domain Repository', (options) => users.save(ada, options)],
  ['@base/domain Repository', (options) => users.saveMany([ada], options)],
  ['@base/domain Repository', (options) => users.delete('1', options)],
  ['@base/domain Repository', (options) => users.deleteWhere(every, options)],
  ['@base/domain contains', (options) => where<User>().contains('name', 'a', options)],
  ['@base/domain startsWith', (options) => where<User>().startsWith('name', 'a', options)],
  ['@base/domain endsWith', (options) => where<User>().endsWith('name', 'a', options)],
  ['@base/domain memoryUnitOfWork', (options) => memoryUnitOfWork({ users }, (kept) => kept, options)],
  ['@base/domain createUnitOfWork', (options) => createUnitOfWork(driver, options)],
  ['@base/domain UnitOfWork', (options) => unitOfWork.run(async () => 1, options)],
  ['@base/domain toCloudEvent', (options) => toCloudEvent(placed, options)],
  ['@base/core parseJson', (options) => readCloudEvent(message, options)],
]

const WRONG = [5, 'text', null, [], () => {}, AbortSignal.abort()].map((wrong) => ({ wrong }))

describe.each(DOORS)('%s', (owner, open) => {
  test.each(WRONG)('refuses $wrong in place of its options', async ({ wrong }) => {
    const failure = await (async () => open(wrong as never))().catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(`^${owner}: options must be an object, received `),
    })
  })
})

test.each([5, 'text', null, []])(
  'memoryUnitOfWork takes %j for neither a function nor its options',
  (wrong) => {
    expect(() => memoryUnitOfWork({ users }, wrong as never)).toThrow(
      '@base/domain memoryUnitOfWork: options must be an object, received',
    )
  },
)

test.each(WRONG)('an event takes no $wrong for what is known of it', ({ wrong }) => {
  expect(() => OrderPlaced({}, wrong as never)).toThrow(
    '@base/domain defineEvent: meta must be an object, received',
  )
})
