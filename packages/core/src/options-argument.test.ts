import { type Door, describeDoors, describeSignals } from '@base-internal/tools/wrong-options'
import { expect } from 'vitest'
import { createCodec } from './codec/index.js'
import { describeConfig, loadConfig } from './config/index.js'
import { createContainer } from './container/index.js'
import { createUlid, createUuidv7, typedId } from './id/index.js'
import { createLifecycle } from './lifecycle/index.js'
import { checkAcquire, checkLease, memoryLock, withLock } from './lock/index.js'
import { parseJson, type StandardSchemaV1, validateMany } from './schema/index.js'
import { TestClock } from './testing/index.js'

const schema: StandardSchemaV1<unknown, object> = {
  '~standard': { version: 1, vendor: 'own', validate: () => ({ value: {} }) },
}
const lock = memoryLock()

/** What takes options that may all be left out, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['createCodec', createCodec],
  ['loadConfig', (options) => loadConfig(schema, options)],
  ['describeConfig', (options) => describeConfig(schema as never, options)],
  ['Container', createContainer],
  ['Container', (options) => createContainer().singleton('db', [], () => 1, options)],
  ['createUuidv7', createUuidv7],
  ['createUlid', createUlid],
  ['typedId', (options) => typedId('order', options)],
  ['Lifecycle', createLifecycle],
  ['memoryLock', memoryLock],
  ['Lock', (options) => lock.acquire('k', options)],
  ['Lock', (options) => lock.tryAcquire('k', options)],
  ['Lock', (options) => checkAcquire('k', options)],
  ['Lock', (options) => checkLease('k', options)],
  ['withLock', (options) => withLock(lock, 'k', options, () => 1)],
  ['parseJson', (options) => parseJson(schema, '{}', options)],
  ['validateMany', (options) => validateMany(schema, [], options)],
  ['TestClock', (options) => new TestClock(options)],
]

describeDoors(DOORS, (pattern) => ({
  details: {
    package: '@base/core',
    pattern,
    option: expect.stringMatching('^options'),
    allowed: 'an object',
  },
}))

describeSignals(DOORS.filter(([pattern]) => ['Lock', 'withLock', 'validateMany'].includes(pattern)))
