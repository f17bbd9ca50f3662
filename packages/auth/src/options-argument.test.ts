import { type Door, describeDoors, describeSignals, WRONG_OPTIONS } from '@base-internal/tools/wrong-options'
import { describe, expect, test } from 'vitest'
import { memoryActionTokenStore } from './action-tokens/index.js'
import { createApiKeys, findApiKeys, memoryApiKeyStore } from './api-keys/index.js'
import { createAudit, diff, memoryAuditSink, verifyAuditChain } from './audit/index.js'
import { createFieldCipher, localKeys, reencrypt } from './field-encryption/index.js'
import { createOidcClient, memoryOAuthTransactionStore, microsoft } from './oauth/index.js'
import { calibrate, createPasswordPolicy, createPasswords } from './passwords/index.js'
import { createRecoveryCodes, memoryRecoveryCodeStore } from './recovery-codes/index.js'
import {
  createKeyRing,
  createRefreshService,
  createSessions,
  createTokenService,
  createVerifier,
  hmacKey,
  introspect,
  memoryKeyStore,
  memoryRefreshStore,
  memoryReplayStore,
  memoryRevocationStore,
  memorySessionStore,
  pemKey,
  remoteJwks,
  revokeToken,
} from './tokens/index.js'
import { memoryTotpStore, totpCode } from './totp/index.js'

const key = hmacKey('k'.repeat(32))
const rules = { issuer: 'https://id.example', audience: 'https://api.example' }
const tokens = createTokenService({ ...rules, keys: [key] })
const verifier = createVerifier({ ...rules, keys: [key], algorithms: ['HS256'] })
const refresh = createRefreshService({ tokens, store: memoryRefreshStore() })
const keys = createApiKeys()
const passwords = createPasswords()
const account = { issuer: rules.issuer, subject: '1' }
const client = createOidcClient({ issuer: rules.issuer, clientId: 'web', clientSecret: 'secret' })
const source = { next: async () => [], replace: async () => true }
const cipher = createFieldCipher({
  keys: localKeys([{ id: '2026', key: new Uint8Array(32), state: 'primary' }]),
  context: ['column'],
})
const text = await cipher.encrypt('ann', { column: 'name' })

/** What takes options that may all be left out, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['memoryActionTokenStore', memoryActionTokenStore],
  ['createApiKeys', createApiKeys],
  ['createApiKeys', (options) => keys.verify('text', options)],
  ['createApiKeys', (options) => keys.rotate('id', options)],
  ['createApiKeys', (options) => keys.revoke('id', options)],
  ['findApiKeys', (options) => findApiKeys('text', options)],
  ['memoryApiKeyStore', memoryApiKeyStore],
  ['createAudit', createAudit],
  ['createAudit', (options) => createAudit().verify(options)],
  ['diff', (options) => diff({}, {}, options)],
  ['verifyAuditChain', (options) => verifyAuditChain([], options)],
  ['memoryAuditSink', memoryAuditSink],
  ['createFieldCipher', (options) => cipher.encrypt('ann', { column: 'name' }, options)],
  ['createFieldCipher', (options) => cipher.decrypt(text, { column: 'name' }, options)],
  ['createFieldCipher', (options) => cipher.blindIndex('ann', { column: 'name' }, options)],
  ['createFieldCipher', (options) => cipher.blindIndexes('ann', { column: 'name' }, options)],
  ['reencrypt', (options) => reencrypt({} as never, source, options)],
  ['complete', (options) => client.complete('https://shop.example/', undefined, options)],
  ['refresh', (options) => client.refresh('token', account, options)],
  ['userInfo', (options) => client.userInfo('token', account, options)],
  ['revoke', (options) => client.revoke('token', options)],
  ['logoutUrl', (options) => client.logoutUrl(options)],
  ['memoryOAuthTransactionStore', memoryOAuthTransactionStore],
  ['microsoft', microsoft],
  ['calibrate', (options) => calibrate('100ms', options)],
  ['createPasswordPolicy', createPasswordPolicy],
  ['createPasswords', createPasswords],
  ['createPasswords', (options) => passwords.hash('a long password', options)],
  ['createPasswords', (options) => passwords.verify('a long password', null, options)],
  ['createRecoveryCodes', createRecoveryCodes],
  ['memoryRecoveryCodeStore', memoryRecoveryCodeStore],
  ['createKeyRing', createKeyRing],
  ['createRefreshService', (options) => refresh.revoke('token', options)],
  ['createRefreshService', (options) => refresh.revokeFamily('family', options)],
  ['createSessions', createSessions],
  ['createSessions', (options) => createSessions().create('ann', undefined, options)],
  ['verify', (options) => tokens.verifyAccess('token', options)],
  ['verify', (options) => verifier.verify('token', options)],
  ['hmacKey', (options) => hmacKey('k'.repeat(32), options)],
  ['introspect', (options) => introspect('token', { tokens }, options)],
  ['memoryKeyStore', memoryKeyStore],
  ['memoryRefreshStore', memoryRefreshStore],
  ['memoryReplayStore', memoryReplayStore],
  ['memoryRevocationStore', memoryRevocationStore],
  ['memorySessionStore', memorySessionStore],
  ['pemKey', (options) => pemKey('pem', options)],
  ['remoteJwks', (options) => remoteJwks('https://id.example/jwks', options)],
  ['revokeToken', (options) => revokeToken('token', { tokens }, options)],
  ['memoryTotpStore', memoryTotpStore],
  ['totpCode', (options) => totpCode('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', options)],
]

describeDoors(DOORS, (pattern) => ({
  details: { package: '@base/auth', pattern, option: 'options', allowed: 'an object' },
}))

describe('a password policy', () => {
  test.each(WRONG_OPTIONS)('refuses $wrong in place of what is known of the user', async ({ wrong }) => {
    const checking = createPasswordPolicy().check('correct horse battery', wrong as never)
    await expect(checking).rejects.toThrow(
      '@base/auth PasswordPolicy.check: context must be an object, received',
    )
  })
})

describeSignals([
  ...DOORS.filter(([pattern]) =>
    /^(verify|complete|refresh|userInfo|revoke|logoutUrl|calibrate|reencrypt)$/.test(pattern),
  ),
  ['createApiKeys', (options) => keys.verify('text', options)],
  ['createPasswords', (options) => passwords.hash('a long password', options)],
  ['createPasswords', (options) => passwords.verify('a long password', null, options)],
  ['createFieldCipher', (options) => cipher.encrypt('ann', { column: 'name' }, options)],
  ['createFieldCipher', (options) => cipher.decrypt(text, { column: 'name' }, options)],
  ['begin', (options: object) => client.begin({ redirectUri: 'https://shop.example/', ...options })],
  ['start', (options: object) => refresh.start({ sub: 'ann', clientId: 'web', ...options })],
  ['rotate', (options) => refresh.rotate('token', options)],
  ['check', (context) => createPasswordPolicy().check('correct horse battery', context)],
])
