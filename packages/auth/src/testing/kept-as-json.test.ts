import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { memoryActionTokenStore } from '../action-tokens/index.js'
import { memoryApiKeyStore } from '../api-keys/index.js'
import { memoryAuditSink } from '../audit/index.js'
import { memoryRecoveryCodeStore } from '../recovery-codes/index.js'
import {
  memoryKeyStore,
  memoryRefreshStore,
  memoryRevocationStore,
  memorySessionStore,
} from '../tokens/index.js'
import { memoryTotpStore } from '../totp/index.js'
import { brokenLaws, type Suite, type Twin } from './broken.fixture.js'
import {
  actionTokenStoreConformance,
  apiKeyStoreConformance,
  auditSinkConformance,
  keyStoreConformance,
  recoveryCodeStoreConformance,
  refreshStoreConformance,
  revocationStoreConformance,
  sessionStoreConformance,
  totpStoreConformance,
} from './index.js'

/** That of another realm, as Node's own values are in a test of Jest. */
const parse: (text: string) => unknown = runInNewContext('JSON.parse')

/** A store whose answers went through JSON: what was undefined is absent. */
function keptAsJson<Store extends object>(store: Store): Store {
  const answer = (value: unknown) => (value === undefined ? undefined : parse(JSON.stringify(value)))
  return new Proxy(store, {
    get: (_, name) => {
      const member: unknown = Reflect.get(store, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => answer(await member.apply(store, args))
    },
  })
}

const brokenBy =
  <Store extends object>(suite: Suite<Store>, store: Twin<Store>) =>
  () =>
    brokenLaws(suite, (clock) => keptAsJson(store(clock)))

const all = {
  actionTokens: brokenBy(actionTokenStoreConformance, (clock) => memoryActionTokenStore({ clock })),
  apiKeys: brokenBy(apiKeyStoreConformance, (clock) => memoryApiKeyStore({ clock })),
  audit: brokenBy(auditSinkConformance, () => memoryAuditSink()),
  keys: brokenBy(keyStoreConformance, () => memoryKeyStore()),
  recoveryCodes: brokenBy(recoveryCodeStoreConformance, () => memoryRecoveryCodeStore()),
  refreshTokens: brokenBy(refreshStoreConformance, (clock) => memoryRefreshStore({ clock })),
  revocations: brokenBy(revocationStoreConformance, (clock) => memoryRevocationStore({ clock })),
  sessions: brokenBy(sessionStoreConformance, (clock) => memorySessionStore({ clock })),
  totp: brokenBy(totpStoreConformance, (clock) => memoryTotpStore({ clock })),
}

describe('a store that keeps JSON', () => {
  test.each(Object.entries(all))('is accepted by the suite for %s', async (_, broken) => {
    expect(await broken()).toEqual([])
  })
})
