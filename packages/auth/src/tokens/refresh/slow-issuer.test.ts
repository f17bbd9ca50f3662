import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { memoryRefreshStore, type RefreshStore } from '../index.js'
import { benchOf } from './refresh.fixture.js'

/** An issuer that gives each access token when the test says so. */
function slowIssuer() {
  const waiting: { arrived: () => void; release: Promise<void> }[] = []
  let asked = 0
  const tokens = {
    issueAccess: async () => {
      asked += 1
      const turn = waiting.shift()
      turn?.arrived()
      await turn?.release
      return { token: 'access' }
    },
    revokeAll: () => {},
  }
  /** The next call: `arrived` once it has begun, and it ends with `release`. */
  const next = () => {
    const [arrived, release] = [deferred(), deferred()]
    waiting.push({ arrived: arrived.resolve, release: release.promise })
    return { arrived: arrived.promise, release: release.resolve }
  }
  return { tokens, next, asked: () => asked }
}

/** A store that does some things otherwise. */
function storeWith(inner: RefreshStore, methods: Partial<RefreshStore>): RefreshStore {
  return {
    start: (...given) => inner.start(...given),
    find: (...given) => inner.find(...given),
    rotate: (...given) => inner.rotate(...given),
    revokeFamily: (...given) => inner.revokeFamily(...given),
    revokeAll: (...given) => inner.revokeAll(...given),
    list: (...given) => inner.list(...given),
    ...methods,
  }
}

/** A sign-in, and its first token. */
async function signedIn(options: Parameters<typeof benchOf>[0] = {}) {
  const issuer = slowIssuer()
  const bench = benchOf({ tokens: issuer.tokens, ...options })
  const { refreshToken } = await bench.refresh.start({ sub: 'ann', clientId: 'web' })
  const present = (token = refreshToken) => bench.refresh.rotate(token, { clientId: 'web' })
  return { ...bench, ...issuer, present }
}

type Present = Awaited<ReturnType<typeof signedIn>>['present']

const successor = async (presented: ReturnType<Present>) => {
  const result = await presented
  return result.ok ? result.value.refreshToken : result.error.code
}

describe('given an issuer of access tokens that takes longer than the grace', () => {
  test('two tabs that ask while it is at work get the same successor', async () => {
    const { clock, next, present, reuses } = await signedIn()
    const [one, other] = [next(), next()]
    const first = successor(present())
    await one.arrived
    await clock.advance('14s')
    const second = successor(present())
    await other.arrived
    await clock.advance('1s')
    one.release()
    const token = await first
    await clock.advance('14s')
    other.release()

    expect(await second).toBe(token)
    expect(reuses).toMatchObject([{ withinGrace: true }])
    expect(await successor(present(token))).toHaveLength(68)
  })

  test('who asks within the grace is answered, however long that takes', async () => {
    const { clock, next, present, reuses } = await signedIn()
    const token = await successor(present())
    await clock.advance(9_999)
    const late = next()
    const again = successor(present())
    await late.arrived
    await clock.advance('1m')
    late.release()

    expect(await again).toBe(token)
    expect(reuses).toMatchObject([{ withinGrace: true }])
  })

  test('who asks after the grace is a thief', async () => {
    const { clock, next, present, reuses } = await signedIn()
    const slow = next()
    const first = successor(present())
    await slow.arrived
    await clock.advance('15s')
    slow.release()
    await first
    await clock.advance('10s')

    expect(await successor(present())).toBe('REFRESH_REUSED')
    expect(reuses).toMatchObject([{ withinGrace: false }])
  })

  test('without a grace the second of two is a thief', async () => {
    const { clock, next, present } = await signedIn({ reuseGrace: 0 })
    const [one, other] = [next(), next()]
    const first = successor(present())
    await one.arrived
    const second = successor(present())
    await other.arrived
    await clock.advance('15s')
    one.release()
    await first
    other.release()

    expect(await second).toBe('REFRESH_REUSED')
  })

  test('nothing is kept for more than a minute', async () => {
    const inner = memoryRefreshStore()
    const graces: number[] = []
    const store = storeWith(inner, {
      rotate: (rotation, now) => {
        graces.push(rotation.grace)
        return inner.rotate(rotation, now)
      },
    })
    const { clock, next, present } = await signedIn({ store })
    const slow = next()
    const first = successor(present())
    await slow.arrived
    await clock.advance('1h')
    slow.release()
    await first

    expect(graces).toEqual([60_000])
  })
})

test('a theft is seen without an access token, which nobody will get', async () => {
  const { clock, present, asked } = await signedIn()
  await present()
  await clock.advance('10s')
  const before = asked()

  expect(await successor(present())).toBe('REFRESH_REUSED')
  expect(asked()).toBe(before)
})

test('a rotation that a failover of the store has taken back is asked for again', async () => {
  const inner = memoryRefreshStore()
  let isBack = false
  const store = storeWith(inner, {
    find: async (...given) => {
      const record = await inner.find(...given)
      return record && isBack ? { ...record, status: 'rotated' } : record
    },
  })
  const { present } = await signedIn({ store })
  isBack = true
  await expect(present()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  isBack = false
  expect(await successor(present())).toHaveLength(68)
})
