import { InvalidOptionError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  createPasswordPolicy,
  createPasswords,
  createRecoveryCodes,
  memoryActionTokenStore,
  memoryApiKeyStore,
  memoryAuditSink,
  memoryKeyStore,
  memoryOAuthTransactionStore,
  memoryRecoveryCodeStore,
  memoryRefreshStore,
  memoryReplayStore,
  memoryRevocationStore,
  memorySessionStore,
  memoryTotpStore,
} from './index.js'

describe.each([
  ['createPasswordPolicy', createPasswordPolicy],
  ['createPasswords', createPasswords],
  ['createRecoveryCodes', createRecoveryCodes],
  ['memoryActionTokenStore', memoryActionTokenStore],
  ['memoryApiKeyStore', memoryApiKeyStore],
  ['memoryAuditSink', memoryAuditSink],
  ['memoryKeyStore', memoryKeyStore],
  ['memoryOAuthTransactionStore', memoryOAuthTransactionStore],
  ['memoryRecoveryCodeStore', memoryRecoveryCodeStore],
  ['memoryRefreshStore', memoryRefreshStore],
  ['memoryReplayStore', memoryReplayStore],
  ['memoryRevocationStore', memoryRevocationStore],
  ['memorySessionStore', memorySessionStore],
  ['memoryTotpStore', memoryTotpStore],
])('%s', (name, create) => {
  test('takes a clock, and no other thing for one', () => {
    expect(create({ clock: new TestClock() })).toBeTypeOf('object')
    const refused = () => create({ clock: {} as never })
    expect(refused).toThrow(InvalidOptionError)
    expect(refused).toThrow(`@base/auth ${name}: clock must be an object with the methods now`)
  })
})
