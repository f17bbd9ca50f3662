import { getEventListeners } from 'node:events'
import { ForbiddenError, UnavailableError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import {
  createIdempotency,
  type Idempotency,
  type IdempotencyStore,
  type IdempotencyStoreEvent,
  type MemoryIdempotencyStore,
  memoryIdempotencyStore,
} from './index.js'

interface Faulty {
  readonly clock: TestClock
  readonly store: MemoryIdempotencyStore
  /** Over the faults. */
  readonly idempotency: Idempotency
  /** Without them. */
  readonly sound: Idempotency
  readonly failures: IdempotencyStoreEvent[]
}

/** Its methods, which can be taken out of it. */
function bound(store: MemoryIdempotencyStore): IdempotencyStore {
  return {
    claim: (claim) => store.claim(claim),
    renew: (claim) => store.renew(claim),
    complete: (claim, outcome) => store.complete(claim, outcome),
    release: (claim) => store.release(claim),
  }
}

function faulty(faults: (store: MemoryIdempotencyStore) => Partial<IdempotencyStore>): Faulty {
  const clock = new TestClock()
  const store = memoryIdempotencyStore({ clock })
  const port: IdempotencyStore = {
    ...bound(store),
    ...faults(store),
  }
  const idempotency = createIdempotency({ store: port, clock })
  const failures: IdempotencyStoreEvent[] = []
  idempotency.on('storeFailed', (failure) => failures.push(failure))
  return { clock, store, idempotency, sound: createIdempotency({ store, clock }), failures }
}

const hang = <T>(): Promise<T> => new Promise<T>(() => {})
const away = (): never => {
  throw new Error('connection refused')
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

const never = (): never => expect.unreachable()

describe('a store that fails when it is asked for a key', () => {
  test.each<[unknown]>([[null], [5], [''], ['v'], ['e5'], ['rnull'], ['e{}'], ['r[]'], ['another form']])(
    'and gives %o for an outcome: nothing runs again, and it cannot be given',
    async (outcome) => {
      const { idempotency } = faulty(() => ({
        claim: () => ({ state: 'replay', outcome: outcome as string }),
      }))
      expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({
        code: 'IDEMPOTENCY_RESULT_UNAVAILABLE',
        cause: { message: expect.any(String) },
      })
    },
  )

  test.each([
    ['throws', away],
    ['rejects', () => Promise.reject(new Error('connection refused'))],
  ])('and %s: nothing runs, and the error is ours', async (_, claim) => {
    const { idempotency, failures } = faulty(() => ({ claim }))
    const error = await rejection(idempotency.run('k', 'f', never))
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ kind: 'unavailable', cause: { message: 'connection refused' } })
    expect(failures).toMatchObject([{ key: 'k', operation: 'claim' }])
  })

  test('with an error of ours: it passes', async () => {
    const error = new ForbiddenError()
    const { idempotency } = faulty(() => ({ claim: () => Promise.reject(error) }))
    expect(await rejection(idempotency.run('k', 'f', never))).toBe(error)
  })

  test('and hangs: nothing runs, after 5 s', async () => {
    const { idempotency, clock } = faulty(() => ({ claim: hang }))
    const asked = rejection(idempotency.run('k', 'f', never))
    await clock.advance('5s')
    expect(await asked).toMatchObject({
      kind: 'unavailable',
      cause: { message: 'The store did not answer within 5s.' },
    })
    expect(clock.pending).toBe(0)
  })

  test('and answers nonsense: nothing runs', async () => {
    const { idempotency } = faulty(() => ({ claim: () => undefined as never }))
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({ kind: 'unavailable' })
  })

  test.each([Number.NaN, -5, 0, 12.5, 7n, undefined, null, 'soon', Number.POSITIVE_INFINITY])(
    'and says that the key is taken for %s: it is asked again, and the refusal has a time',
    async (retryAfter) => {
      const clock = new TestClock()
      const store = memoryIdempotencyStore({ clock })
      const held = { state: 'conflict', retryAfter: retryAfter as number } as const
      let claims = 0
      const claim: IdempotencyStore['claim'] = (asked) => (claims++ < 2 ? held : store.claim(asked))
      const { renew, complete, release } = bound(store)
      const port = { claim, renew, complete, release }
      const patient = createIdempotency({ store: port, clock, wait: '1s' }).run('k', 'f', () => 1)
      await clock.advance('1s')
      expect(await patient).toEqual({ value: 1, replayed: false })

      const busy = createIdempotency({ store: { ...port, claim: () => held }, clock, lease: '10s' })
      const { retryAfter: told } = (await rejection(busy.run('k', 'f', never))) as { retryAfter: number }
      expect(Number.isSafeInteger(told) && told > 0 && told <= 10_000).toBe(true)
    },
  )

  test('by a thenable that throws: neither timer nor listener is left', async () => {
    const { signal } = new AbortController()
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
    const { idempotency, clock } = faulty(() => ({ claim: () => ({ then: away }) as never }))
    const error = await rejection(idempotency.run('k', 'f', never, { signal }))
    expect(error).toMatchObject({ kind: 'unavailable' })
    expect([clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
  })

  test('while many wait for it with one signal: they share a listener', async () => {
    const { signal } = new AbortController()
    let answer: (value: never) => void = () => {}
    const held = new Promise<never>((resolve) => {
      answer = resolve
    })
    const claim = vi.fn(() => held)
    const { idempotency } = faulty(() => ({ claim }))
    const runs = Array.from({ length: 50 }, (_, n) =>
      idempotency.run(`k${n}`, 'f', async () => n, { signal }),
    )
    await vi.waitFor(() => expect(claim).toHaveBeenCalledTimes(50))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    answer({ state: 'run', fence: 1n } as never)
    await Promise.allSettled(runs)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('and has taken it all the same: it is given back', async () => {
    const { idempotency, sound } = faulty((store) => ({
      claim: async (claim) => {
        store.claim(claim)
        return away()
      },
    }))
    await rejection(idempotency.run('k', 'f', never))
    await new Promise((resolve) => setImmediate(resolve))
    expect(await sound.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false })
  })

  test('and takes it too late: it is given back', async () => {
    let answer = (): void => {}
    const { idempotency, sound, clock, store } = faulty((memory) => ({
      claim: async (claim) => {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        return memory.claim(claim)
      },
    }))
    const asked = rejection(idempotency.run('k', 'f', never))
    await clock.advance('5s')
    await asked
    answer()
    await new Promise((resolve) => setImmediate(resolve))
    expect(store.size).toBe(0)
    expect(await sound.run('k', 'f', () => 1)).toMatchObject({ replayed: false })
  })
})

describe('a store that may take as long as a number can say', () => {
  test('keeps an outcome, also at a time with decimals', async () => {
    const { store, clock } = faulty(() => ({}))
    vi.spyOn(clock, 'monotonic').mockReturnValue(1_000_000.3)
    const { claim, renew, complete, release } = bound(store)
    const later: IdempotencyStore['complete'] = async (...args) => complete(...args)
    const port = { claim, renew, complete: later, release }
    const patient = createIdempotency({ store: port, clock, storeTimeout: Number.MAX_SAFE_INTEGER })
    expect(await patient.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false })
  })
})

describe('a store that fails to keep an outcome', () => {
  test('for a moment: it is asked again, and the function is not', async () => {
    let asked = 0
    const { idempotency, sound, clock } = faulty((store) => ({
      complete: (claim, outcome) => (++asked < 4 ? away() : store.complete(claim, outcome)),
    }))
    let runs = 0
    const running = idempotency.run('k', 'f', () => ++runs)
    await clock.advance('1s')
    expect(await running).toEqual({ value: 1, replayed: false })
    expect([asked, runs]).toEqual([4, 1])
    expect(await sound.run('k', 'f', never)).toEqual({ value: 1, replayed: true })
  })

  test.each([
    ['throws', away],
    ['hangs', hang<boolean>],
  ])('and %s for longer than 5 s: the effect is there, so the caller gets its value', async (_, complete) => {
    const { idempotency, sound, clock, failures } = faulty(() => ({ complete }))
    let runs = 0
    const running = idempotency.run('k', 'f', () => ++runs)
    await clock.advance('5s')
    expect(await running).toEqual({ value: 1, replayed: false, stored: false })
    expect([runs, clock.pending, failures.length > 0]).toEqual([1, 0, true])
    // The key stays taken until its lease is over: the next one knows that another ran.
    expect(await rejection(sound.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    await clock.advance('60s')
    expect((await sound.run('k', 'f', ({ takeover }) => takeover)).value).toBe(true)
  })

  test('for good: it is not asked again', async () => {
    let asked = 0
    const { idempotency } = faulty(() => ({
      complete: () => {
        asked++
        throw new ForbiddenError()
      },
    }))
    expect(await idempotency.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false, stored: false })
    expect(asked).toBe(1)
  })

  test("within the caller's transaction: the run fails, so that it is not committed", async () => {
    const error = new UnavailableError()
    const { idempotency } = faulty(() => ({ transactional: true, complete: () => Promise.reject(error) }))
    expect(await rejection(idempotency.run('k', 'f', () => 1))).toBe(error)
  })
})

describe('a store that fails to free a key', () => {
  test('does not hide the error of the function', async () => {
    const { idempotency, failures } = faulty(() => ({ release: away }))
    const error = new Error('no stock')
    expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))).toBe(error)
    expect(failures).toMatchObject([{ operation: 'release' }])
  })

  test('and hangs: the error comes after 5 s', async () => {
    const { idempotency, clock } = faulty(() => ({ release: hang }))
    const error = new Error('no stock')
    const running = rejection(idempotency.run('k', 'f', () => Promise.reject(error)))
    await clock.advance('5s')
    expect(await running).toBe(error)
    expect(clock.pending).toBe(0)
  })
})

describe('a store that lost its data while a function ran', () => {
  test('keeps the outcome all the same', async () => {
    const clock = new TestClock()
    const stores = [memoryIdempotencyStore({ clock }), memoryIdempotencyStore({ clock })] as const
    let restarted = 0
    const store: IdempotencyStore = {
      claim: (claim) => stores[restarted as 0].claim(claim),
      renew: (claim) => stores[restarted as 0].renew(claim),
      complete: (claim, outcome) => stores[restarted as 0].complete(claim, outcome),
      release: (claim) => stores[restarted as 0].release(claim),
    }
    const idempotency = createIdempotency({ store, clock })
    await idempotency.run('k', 'f', () => {
      restarted = 1
      return 'placed'
    })
    expect(await idempotency.run('k', 'f', never)).toEqual({ value: 'placed', replayed: true })
  })
})

describe("a store in the caller's transaction", () => {
  test('is not asked for anything once it has failed: the rollback gives the key back', async () => {
    let released = 0
    const release = () => ++released > 0
    const { idempotency } = faulty(() => ({ transactional: true, claim: away, release }))
    await rejection(idempotency.run('k', 'f', never))
    await new Promise((resolve) => setImmediate(resolve))
    expect(released).toBe(0)
  })

  test('has not failed where a statement of the function has: the rollback gives the key back', async () => {
    const { idempotency, failures } = faulty(() => ({ transactional: true, release: away }))
    const error = new Error('unique violation')
    expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))).toBe(error)
    expect(failures).toEqual([])
  })

  test('is not asked to renew', async () => {
    const { idempotency, clock } = faulty(() => ({ transactional: true, renew: never }))
    let end = (): void => {}
    const running = idempotency.run('k', 'f', ({ signal }) =>
      new Promise<void>((resolve) => {
        end = resolve
      }).then(() => signal.aborted),
    )
    await clock.advance('10m')
    end()
    expect(await running).toEqual({ value: false, replayed: false })
  })
})
