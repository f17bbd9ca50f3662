import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../testing/index.js'
import { type Lease, type RemoteLeaseParts, remoteLease } from './index.js'

const LOST = { kind: 'conflict', code: 'LEASE_LOST', details: { key: 'k' } }
/** 1 % of the ttl and 2 ms. */
const MARGIN = 12

/** A lease of a second; what the server is asked, and what it answers, by default that all is well. */
function held(parts: Partial<RemoteLeaseParts> = {}) {
  const clock = new TestClock()
  const asked: string[] = []
  const lease = remoteLease({
    key: 'k',
    token: 7n,
    ttl: 1_000,
    askedAt: clock.monotonic(),
    clock,
    ...parts,
    extend: (ttl, left) => {
      asked.push(`extend ${ttl} within ${left}`)
      return parts.extend?.(ttl, left) ?? Promise.resolve(clock.monotonic())
    },
    release: () => {
      asked.push('release')
      return parts.release?.() ?? Promise.resolve(true)
    },
    onEnd: () => {
      asked.push('end')
      parts.onEnd?.()
    },
  })
  return { clock, lease, asked }
}

describe('a lease that a server counts', () => {
  test('is lost a little before the server ends it, and another may get it then', async () => {
    const { clock, lease, asked } = held()
    const { signal } = lease
    await clock.advance(1_000 - MARGIN - 1)
    expect(signal.aborted).toBe(false)
    await clock.advance(1)
    expect(signal.reason).toMatchObject(LOST)
    await expect(lease.extend()).rejects.toMatchObject(LOST)
    await clock.advance(MARGIN - 1)
    expect(asked).toEqual([])
    await clock.advance(1)
    expect(asked).toEqual(['end'])
    expect(await lease.release()).toEqual({ released: false })
    expect(asked).toEqual(['end'])
  })

  test('is given back to the server that still has it, and nobody waits for that', async () => {
    const { clock, lease, asked } = held({ release: () => new Promise(() => {}) })
    await clock.advance(1_000 - MARGIN)
    expect(await lease.release()).toEqual({ released: false })
    expect(await lease.release()).toEqual({ released: false })
    expect([asked, clock.pending]).toEqual([['release'], 0])
    await clock.advance(MARGIN)
    expect(asked).toEqual(['release', 'end'])
  })

  test('is over once, though an extension is answered after its end', async () => {
    const answer = deferred<number>()
    const { clock, lease, asked } = held({ extend: () => answer.promise })
    lease.extend().catch(() => {})
    await clock.advance(1_000)
    answer.resolve(0)
    await clock.advance(1)
    expect(asked).toEqual(['extend 1000 within 988', 'end', 'release'])
  })

  test('is over when a shorter time is, for which it was extended', async () => {
    const { clock, lease, asked } = held()
    void lease.signal
    await lease.extend('1m')
    await lease.extend(300)
    await clock.advance(300)
    expect(asked).toEqual(['extend 60000 within 988', 'extend 300 within 295', 'end'])
  })

  test('is over once, though the server says so again after its end', async () => {
    const answer = deferred<boolean>()
    const { clock, lease, asked } = held({ release: () => answer.promise })
    void lease.signal
    await clock.advance(1_000 - MARGIN)
    await lease.release()
    await clock.advance(MARGIN)
    answer.resolve(true)
    await clock.advance(1)
    expect(asked).toEqual(['release', 'end'])
  })

  test.each([
    ['refused', async (lease: Lease) => lease.extend().catch(() => {})],
    ['over', async (_: Lease, clock: TestClock) => clock.advance(1_000).catch(() => {})],
  ])('tells its holder that it is lost where it is %s, though onEnd throws', async (_, lose) => {
    const { clock, lease } = held({
      extend: async () => undefined,
      onEnd: () => {
        throw new Error('nobody to call')
      },
    })
    const { signal } = lease
    await lose(lease, clock)
    expect(signal.reason).toMatchObject(LOST)
  })

  test('may be given back by who hears that it is lost', async () => {
    const { clock, lease, asked } = held()
    lease.signal.addEventListener('abort', () => void lease.release())
    await clock.advance(1_000 - MARGIN)
    expect(asked).toEqual(['release', 'end'])
    await clock.advance(MARGIN)
    expect(asked).toEqual(['release', 'end'])
  })

  test.each(['signal', 'extend', 'release'] as const)(
    'shows by %s that it is lost, though no timer fired',
    async (by) => {
      const { clock, lease } = held()
      await clock.advance(1_000)
      if (by === 'signal') expect(lease.signal.reason).toMatchObject(LOST)
      else if (by === 'extend') await expect(lease.extend()).rejects.toMatchObject(LOST)
      else expect(await lease.release()).toEqual({ released: false })
    },
  )

  test('starts no timer before somebody looks, and leaves none', async () => {
    const clock = new TestClock()
    let timers = 0
    const counting = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: clock.sleep.bind(clock),
      schedule: (...args: Parameters<TestClock['schedule']>) => {
        const timer = clock.schedule(...args)
        let isDue = true
        timers++
        const cancel = () => {
          if (isDue) timers--
          isDue = false
          timer.cancel()
        }
        return { cancel, ref: () => timer.ref(), unref: () => timer.unref() }
      },
    }
    const { lease } = held({ clock: counting })
    expect(timers).toBe(0)
    expect(lease.signal).toBe(lease.signal)
    expect(timers).toBe(1)
    await lease.extend()
    expect(timers).toBe(1)
    await lease.release()
    expect(timers).toBe(0)
  })

  test('is given back once; what the server says of it is what `released` says', async () => {
    const { lease, asked } = held({ release: async () => false })
    expect(await lease.release()).toEqual({ released: false })
    expect(await lease.release()).toEqual({ released: false })
    expect(lease.signal.aborted).toBe(false)
    expect(asked).toEqual(['release', 'end'])
  })

  test('is given back to a server that does not answer until it has ended the lease', async () => {
    const { clock, lease, asked } = held({ release: () => new Promise(() => {}) })
    let released: unknown = 'waits'
    void lease.release().then((answer) => {
      released = answer
    })
    await clock.advance(999)
    expect([released, clock.pending]).toEqual(['waits', 1])
    await clock.advance(1)
    expect([released, clock.pending]).toEqual([{ released: false }, 0])
    expect(asked).toEqual(['release', 'end'])
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('closed')
      },
    ],
  ])('is given back although the server %s', async (_, release) => {
    const { lease, asked } = held({ release })
    await lease[Symbol.asyncDispose]()
    expect(asked).toEqual(['release', 'end'])
  })
})

describe('an extension', () => {
  test('counts from when it was asked for', async () => {
    const { clock, lease } = held({
      extend: async () => {
        const askedAt = clock.monotonic()
        await clock.advance(400)
        return askedAt
      },
    })
    await lease.extend('2s')
    await clock.advance(2_000 - 400 - 22 - 1)
    expect(lease.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(lease.signal.aborted).toBe(true)
  })

  test('that the server refuses loses the lease', async () => {
    const { lease, asked } = held({ extend: async () => undefined })
    await expect(lease.extend()).rejects.toMatchObject(LOST)
    expect(lease.signal.reason).toMatchObject(LOST)
    expect(asked).toEqual(['extend 1000 within 988', 'end'])
  })

  test.each([
    ['longer', '1h', 1_000 - MARGIN],
    ['shorter', 300, 300 - 5],
  ] as const)('that fails and was for %s leaves the shorter of both times', async (_, ttl, left) => {
    const { clock, lease } = held({ extend: () => Promise.reject(new Error('away')) })
    await expect(lease.extend(ttl)).rejects.toThrow('away')
    expect(lease.signal.aborted).toBe(false)
    await clock.advance(left - 1)
    expect(lease.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(lease.signal.aborted).toBe(true)
  })

  test('waits for the one before', async () => {
    const answers = [deferred<number>(), deferred<number>()]
    const waiting = [...answers]
    const { clock, lease, asked } = held({ extend: () => waiting.shift()?.promise as Promise<number> })
    const both = Promise.all([lease.extend('1m'), lease.extend(500)])
    await clock.advance(1)
    expect(asked).toEqual(['extend 60000 within 988'])
    answers[0]?.resolve(clock.monotonic())
    answers[1]?.resolve(clock.monotonic())
    await both
    await clock.advance(500)
    expect(lease.signal.aborted).toBe(true)
  })

  test('that hangs holds up the next for a third of the time that is left', async () => {
    const { clock, lease, asked } = held({
      extend: () => (asked.length === 1 ? new Promise(() => {}) : Promise.resolve(clock.monotonic())),
    })
    lease.extend().catch(() => {})
    const next = lease.extend()
    await clock.advance(328)
    expect(asked).toEqual(['extend 1000 within 988'])
    await clock.advance(1)
    await next
    expect(asked).toEqual(['extend 1000 within 988', 'extend 1000 within 659'])
    await clock.advance(1_000 - MARGIN - 1)
    expect(lease.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(lease.signal.aborted).toBe(true)
  })

  test.each([
    ['without an answer', () => new Promise<never>(() => {})],
    ['that fails', () => Promise.reject(new Error('away'))],
  ])('for less %s, which the server may take after the next, leaves the shorter time', async (_, answer) => {
    const { clock, lease, asked } = held({
      extend: () => (asked.length === 1 ? answer() : Promise.resolve(clock.monotonic())),
    })
    lease.extend(300).catch(() => {})
    await clock.advance(100)
    await lease.extend('1m')
    await clock.advance(300 - 5 - 1)
    expect(lease.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(lease.signal.aborted).toBe(true)
  })

  test.each([
    ['before the next', [0, 1], 700],
    ['after the next', [1, 0], 700],
    ['alone', [0], 500],
  ] as const)('that is answered late, %s, counts unless the next does', async (_, order, asked) => {
    const answers = [deferred<number>(), deferred<number>()]
    const waiting = [...answers]
    const { clock, lease, asked: log } = held({ extend: () => waiting.shift()?.promise as Promise<number> })
    await clock.advance(500)
    lease.extend().catch(() => {})
    await clock.advance(200)
    lease.extend().catch(() => {})
    await clock.advance(100)
    for (const which of order) {
      answers[which]?.resolve([500, 700][which] as number)
      await clock.advance(1)
    }
    await clock.advance(asked + 1_000 - MARGIN - 1 - clock.monotonic())
    expect(lease.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(lease.signal.aborted).toBe(true)
    // The server may have taken the one without an answer as late as the other.
    await clock.advance(MARGIN - 1)
    expect(log).not.toContain('end')
    await clock.advance(700 - asked + 1)
    expect(log).toContain('end')
  })

  test('that hangs ends with the lease, and so does who waits behind it', async () => {
    const { clock, lease } = held({ extend: () => new Promise(() => {}) })
    const both = [lease.extend(), lease.extend()].map((extended) =>
      expect(extended).rejects.toMatchObject(LOST),
    )
    await clock.advance(1_000)
    await Promise.all(both)
  })

  test.each([
    ['late', async (clock: TestClock) => clock.monotonic()],
    ['by nobody', () => Promise.reject(new Error('away'))],
  ])('of a lease that is lost meanwhile is given back where it is answered %s', async (_, answer) => {
    const givenBack = deferred<void>()
    const { clock, lease, asked } = held({
      extend: async () => {
        await clock.advance(1_000)
        return answer(clock)
      },
      release: () => {
        givenBack.resolve()
        // Nobody waits for it.
        return new Promise(() => {})
      },
    })
    await expect(lease.extend('1h')).rejects.toMatchObject(LOST)
    await givenBack.promise
    expect(asked).toEqual(['extend 3600000 within 988', 'release'])
  })

  test('of a lease that is given back meanwhile rejects, and the lease is not lost', async () => {
    const { lease, asked } = held()
    const extended = expect(lease.extend()).rejects.toMatchObject(LOST)
    expect(await lease.release()).toEqual({ released: true })
    await extended
    expect(lease.signal.aborted).toBe(false)
    expect(asked).toEqual(['release', 'end'])
  })

  test.each([0, -1, 'soon', Number.NaN])('for %s is refused', async (ttl) => {
    const { lease, asked } = held()
    await expect(lease.extend(ttl as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    expect(asked).toEqual([])
  })
})
