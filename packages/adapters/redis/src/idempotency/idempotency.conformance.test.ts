import { idempotencyStoreConformance } from '@base/application/testing'
import { toMilliseconds } from '@base/core/duration'
import { test } from 'vitest'
import { describeClients } from '../describe-clients.js'
import type { TestClient } from '../test-clients.js'
import { redisIdempotencyStore } from './index.js'
import { letPass } from './test-time.js'

let subjects = 0

function conformance(opened: () => TestClient): void {
  idempotencyStoreConformance(
    () => {
      const prefix = `conformance-${process.pid}-${subjects++}:`
      return {
        subject: redisIdempotencyStore(opened().client, { prefix, timeout: '10s' }),
        advance: (duration) => letPass(opened().client, prefix, toMilliseconds(duration)),
        dispose: () => {},
      }
    },
    { test },
  )
}

describeClients(conformance)
