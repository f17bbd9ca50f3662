import {
  actionTokenStoreConformance,
  apiKeyStoreConformance,
  keyStoreConformance,
  oauthTransactionStoreConformance,
  recoveryCodeStoreConformance,
  refreshStoreConformance,
  replayStoreConformance,
  revocationStoreConformance,
  sessionStoreConformance,
  totpStoreConformance,
} from '@base/auth/testing'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { test } from 'vitest'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { describeClients } from '../describe-clients.js'
import {
  type RedisAuthStoreOptions,
  redisActionTokenStore,
  redisApiKeyStore,
  redisKeyStore,
  redisOAuthTransactionStore,
  redisRecoveryCodeStore,
  redisRefreshStore,
  redisReplayStore,
  redisRevocationStore,
  redisSessionStore,
  redisTotpStore,
} from './index.js'
import { age } from './passing-time.fixture.js'

let prefixes = 0

/** Every suite on a client, each law with a prefix of its own. */
function suites(client: () => RedisClient): void {
  const make =
    <Store>(store: (client: RedisClient, options: RedisAuthStoreOptions) => Store) =>
    () => {
      const prefix = `auth-${process.pid}-${Date.now()}-${++prefixes}`
      return {
        subject: store(client(), { prefix, timeout: '10s' }),
        advance: (duration: Duration) => age(connect(client(), 'test'), prefix, toMilliseconds(duration)),
        dispose: () => {},
      }
    }
  refreshStoreConformance(make(redisRefreshStore), { test })
  sessionStoreConformance(make(redisSessionStore), { test })
  replayStoreConformance(make(redisReplayStore), { test })
  revocationStoreConformance(make(redisRevocationStore), { test })
  keyStoreConformance(make(redisKeyStore), { test })
  totpStoreConformance(make(redisTotpStore), { test })
  apiKeyStoreConformance(make(redisApiKeyStore), { test })
  oauthTransactionStoreConformance(make(redisOAuthTransactionStore), { test })
  recoveryCodeStoreConformance(make(redisRecoveryCodeStore), { test })
  actionTokenStoreConformance(make(redisActionTokenStore), { test })
}

describeClients((opened) => suites(() => opened().client))
