import { toMilliseconds } from '@base/core/duration'
import { lockConformance, TestClock } from '@base/core/testing'
import { describe, test } from 'vitest'
import { describeClients } from '../describe-clients.js'
import type { TestClient } from '../test-clients.js'
import { redisLock } from './index.js'
import { letPass } from './test-time.js'

let subjects = 0

function conformance(opened: () => TestClient): void {
  const suite = (hears: boolean) =>
    lockConformance(
      async () => {
        const prefix = `conformance-${process.pid}-${subjects++}:`
        const clock = new TestClock()
        const subscriber = hears ? { subscriber: await opened().subscriber() } : {}
        return {
          subject: redisLock(opened().client, { prefix, clock, timeout: '10s', ...subscriber }),
          advance: async (duration) => {
            await letPass(opened().client, prefix, toMilliseconds(duration))
            await clock.advance(duration)
          },
          dispose: () => {},
        }
      },
      { test },
    )
  describe('that asks again', () => suite(false))
  describe('that hears of releases', () => suite(true))
}

describeClients(conformance)
