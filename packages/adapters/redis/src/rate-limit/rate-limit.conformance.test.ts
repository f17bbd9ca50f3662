import { toMilliseconds } from '@base/core/duration'
import { rateLimitStoreConformance } from '@base/resilience/testing'
import { test } from 'vitest'
import { connect } from '../connection/connect.js'
import { describeClients } from '../describe-clients.js'
import type { TestClient } from '../test-clients.js'
import { ageKeys } from '../test-keys.js'
import { RedisStore } from './redis-rate-limit-store.js'
import { shifted, TimedConnection } from './test-time.js'

let subjects = 0

/** On the server's own time, which is moved on where a law wants some to pass. */
function conformance(opened: () => TestClient): void {
  rateLimitStoreConformance(
    () => {
      const prefix = `conformance-${process.pid}-${subjects++}:`
      const connection = connect(opened().client, 'test')
      let passed = 0
      const timed = new TimedConnection(
        connection,
        shifted(() => passed * 1_000),
      )
      return {
        subject: new RedisStore(timed, prefix, 10_000),
        advance: async (duration) => {
          passed += toMilliseconds(duration)
          await ageKeys(connection, prefix, toMilliseconds(duration))
        },
        dispose: () => {},
      }
    },
    { test },
  )
}

describeClients(conformance)
