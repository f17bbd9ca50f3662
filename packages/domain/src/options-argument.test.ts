import { unchecked } from '@base/core/schema'
import { type Door, describeDoors, describeSignals, WRONG_OPTIONS } from '@base-internal/tools/wrong-options'
import { expect, test } from 'vitest'
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
const DOORS: readonly Door[] = [
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

describeDoors(DOORS, (owner) => ({
  message: expect.stringMatching(`^${owner}: options must be an object, received `),
}))

test.each([5, 'text', null, []])(
  'memoryUnitOfWork takes %j for neither a function nor its options',
  (wrong) => {
    expect(() => memoryUnitOfWork({ users }, wrong as never)).toThrow(
      '@base/domain memoryUnitOfWork: options must be an object, received',
    )
  },
)

test.each(WRONG_OPTIONS)('an event takes no $wrong for what is known of it', ({ wrong }) => {
  expect(() => OrderPlaced({}, wrong as never)).toThrow(
    '@base/domain defineEvent: meta must be an object, received',
  )
})

describeSignals(DOORS.filter(([owner]) => / (Repository|UnitOfWork)$/.test(owner)))
