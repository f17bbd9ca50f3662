import { getEventListeners } from 'node:events'
import { runInNewContext } from 'node:vm'
import { type Codec, createCodec } from '@base/core/codec'
import { AppError, ConflictError, UnavailableError, ValidationError } from '@base/core/errors'
import { err } from '@base/core/result'
import { TestClock } from '@base/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  createIdempotency,
  type Idempotency,
  type IdempotencyContext,
  IdempotencyInProgressError,
  IdempotencyMismatchError,
  type IdempotencyOptions,
  IdempotencyResultUnavailableError,
  memoryIdempotencyStore,
} from './index.js'

interface Made {
  readonly clock: TestClock
  readonly idempotency: Idempotency
  /** As another process on the same store. */
  readonly other: Idempotency
}

function made(options: Partial<IdempotencyOptions> = {}): Made {
  const clock = new TestClock()
  const all = { store: memoryIdempotencyStore({ clock }), clock, ...options }
  return { clock, idempotency: createIdempotency(all), other: createIdempotency(all) }
}

/** A function that runs until it is told to end. */
function held<T>(): {
  readonly fn: (context: IdempotencyContext) => Promise<T>
  readonly end: (value: T) => void
  readonly fail: (error: unknown) => void
  readonly context: () => IdempotencyContext
} {
  let end!: (value: T) => void
  let fail!: (error: unknown) => void
  let context: IdempotencyContext | undefined
  const promise = new Promise<T>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  return {
    fn: (given) => {
      context = given
      return promise
    },
    end,
    fail,
    context: () => context ?? expect.unreachable(),
  }
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

const never = (): never => expect.unreachable()

describe('Idempotency', () => {
  test('runs a request once, and gives its value again', async () => {
    const { idempotency, other } = made()
    let runs = 0
    const place = async () => ({ id: ++runs, at: new Date(0), lines: new Map([['a', 1n]]), none: undefined })

    const first = await idempotency.run('k', 'f', place)
    const second = await other.run('k', 'f', place)

    expect(runs).toBe(1)
    expect(first.replayed).toBe(false)
    expect(second).toEqual({ value: first.value, replayed: true })
    expect(second.value).not.toBe(first.value)
  })

  test('gives the value of a function that returns at once, also undefined', async () => {
    const { idempotency } = made()
    expect(await idempotency.run('k', 'f', () => undefined)).toEqual({ value: undefined, replayed: false })
    expect(await idempotency.run('k', 'f', never)).toEqual({ value: undefined, replayed: true })
  })

  test('what a caller does with a value changes nothing for the next', async () => {
    const { idempotency } = made()
    const { value } = await idempotency.run('k', 'f', () => ({ lines: ['a'] }))
    value.lines.push('b')
    const again = await idempotency.run('k', 'f', never)
    expect(again.value).toEqual({ lines: ['a'] })
  })

  test('gives an outcome again for its ttl of 24 hours, and runs anew then', async () => {
    const { idempotency, clock } = made()
    await idempotency.run('k', 'f', () => 1)
    await clock.advance('23h')
    expect(await idempotency.run('k', 'f', () => 2)).toEqual({ value: 1, replayed: true })
    await clock.advance('1h')
    expect(await idempotency.run('k', 'other', () => 3)).toEqual({ value: 3, replayed: false })
  })

  test('refuses a key that belongs to another request, running or done', async () => {
    const { idempotency } = made()
    const { fn, end } = held<number>()
    const running = idempotency.run('k', 'f', fn)
    await Promise.resolve()
    const expected = { code: 'IDEMPOTENCY_MISMATCH', kind: 'invalid', name: 'IdempotencyMismatchError' }
    expect(await rejection(idempotency.run('k', 'g', never))).toMatchObject(expected)
    end(1)
    await running
    expect(await rejection(idempotency.run('k', 'g', never))).toMatchObject(expected)
  })

  test('refuses the same request while it runs, and says when its lease ends', async () => {
    const { idempotency, other, clock } = made()
    const { fn, end } = held<number>()
    const running = idempotency.run('k', 'f', fn)
    await clock.advance('15s')
    expect(await rejection(other.run('k', 'f', never))).toMatchObject({
      code: 'IDEMPOTENCY_IN_PROGRESS',
      kind: 'conflict',
      name: 'IdempotencyInProgressError',
      retryAfter: 45_000,
    })
    end(7)
    expect(await running).toEqual({ value: 7, replayed: false })
    expect(await other.run('k', 'f', never)).toEqual({ value: 7, replayed: true })
  })

  test('an error passes untouched and frees the key, for any request', async () => {
    const { idempotency } = made()
    const error = new TypeError('no stock')
    const fail = () => {
      throw error
    }
    expect(await rejection(idempotency.run('k', 'f', fail))).toBe(error)
    expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(undefined)))).toBe(undefined)
    expect(await idempotency.run('k', 'g', () => 1)).toEqual({ value: 1, replayed: false })
  })

  describe('given a function that asks for a key itself', () => {
    const deadlock = { code: 'DEADLOCK', kind: 'conflict' }

    test.each([0, Number.POSITIVE_INFINITY])('refuses its own, where it waits %s', async (wait) => {
      const { idempotency, other } = made({ wait })
      const own = idempotency.run('k', 'f', () => other.run('k', 'f', never))
      expect(await rejection(own)).toMatchObject(deadlock)
      const round = idempotency.run('k', 'f', () =>
        idempotency.run('l', 'f', () => idempotency.run('k', 'f', never)),
      )
      expect(await rejection(round)).toMatchObject(deadlock)
    })

    test('runs another, and its own of another store', async () => {
      const { idempotency } = made({ wait: Number.POSITIVE_INFINITY })
      const elsewhere = made().idempotency
      const run = idempotency.run('k', 'f', async () => [
        (await idempotency.run('l', 'f', () => 1)).value,
        (await elsewhere.run('k', 'f', () => 2)).value,
      ])
      expect(await run).toEqual({ value: [1, 2], replayed: false })
    })

    test('waits for others once it has ended', async () => {
      const { clock, idempotency, other } = made({ wait: '10s' })
      const { fn, end } = held<number>()
      let late: Promise<unknown> | undefined
      let go = (): void => {}
      const ended = new Promise<void>((resolve) => {
        go = resolve
      })
      const failed = idempotency.run('k', 'f', () => {
        late = ended.then(() => idempotency.run('k', 'f', never))
        throw new Error('no')
      })
      await rejection(failed)
      const running = other.run('k', 'f', fn)
      await new Promise(setImmediate)
      go()
      await new Promise(setImmediate)
      end(7)
      await running
      await clock.advance('1s')
      expect(await late).toEqual({ value: 7, replayed: true })
    })
  })

  test('of fifty at once one runs', async () => {
    const { idempotency } = made()
    let runs = 0
    const settled = await Promise.allSettled(
      Array.from({ length: 50 }, () => idempotency.run('k', 'f', async () => ++runs)),
    )
    const values = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect([runs, values]).toEqual([1, [{ value: 1, replayed: false }]])
  })
})

describe('a lease', () => {
  test('is renewed at each third while the function runs, however long', async () => {
    const { idempotency, other, clock } = made({ lease: '30s' })
    const { fn, end, context } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    for (let minute = 0; minute < 10; minute++) {
      await clock.advance('1m')
      expect(await rejection(other.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    }
    expect(context().signal.aborted).toBe(false)
    end('done')
    expect(await running).toEqual({ value: 'done', replayed: false })
  })

  test('outlasts the ttl', async () => {
    const { idempotency, other, clock } = made({ lease: '30s', ttl: '1s' })
    const { fn, end } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    await clock.advance('5m')
    expect(await rejection(other.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    end('done')
    expect(await running).toMatchObject({ replayed: false })
  })

  test('leaves no timer behind, after a value and after an error', async () => {
    const { idempotency, clock } = made()
    const timers = () => clock.pendingTimers.filter(({ name }) => !name.startsWith('sweep'))
    await idempotency.run('a', 'f', () => 1)
    await rejection(
      idempotency.run('b', 'f', () => {
        throw new Error('no')
      }),
    )
    expect([timers(), clock.pending]).toEqual([[], 0])
  })

  /** One process claims and is stopped: its renewals do not reach the store. */
  async function stopped(
    options: Partial<IdempotencyOptions> = {},
  ): Promise<Made & { running: Promise<unknown>; slow: ReturnType<typeof held<string>> }> {
    const clock = new TestClock()
    const store = memoryIdempotencyStore({ clock })
    const deaf = { ...asPort(store), renew: () => new Promise<boolean>(() => {}) }
    const slow = held<string>()
    const running = createIdempotency({ store: deaf, clock }).run('k', 'f', slow.fn)
    await clock.advance('60s')
    const other = createIdempotency({ store, clock, ...options })
    return { clock, idempotency: other, other, running, slow }
  }

  test('that is over is taken over, by one, with a higher fence', async () => {
    const { other, slow } = await stopped()
    const quick = held<string>()
    const second = other.run('k', 'f', quick.fn)
    await Promise.resolve()
    expect(await rejection(other.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    expect([slow.context().takeover, quick.context().takeover]).toEqual([false, true])
    expect(quick.context().fence).toBeGreaterThan(slow.context().fence)
    quick.end('quick')
    expect(await second).toEqual({ value: 'quick', replayed: false })
  })

  test('that was taken over fails the run that has lost it, and its value is not kept', async () => {
    const { other, slow, running } = await stopped()
    await other.run('k', 'f', () => 'quick')
    slow.end('slow')
    expect(await rejection(running)).toMatchObject({ code: 'LEASE_LOST', kind: 'conflict' })
    expect(await rejection(running)).toBeInstanceOf(ConflictError)
    expect(await other.run('k', 'f', never)).toEqual({ value: 'quick', replayed: true })
  })

  test('that was taken over does not hide the error of the function, nor free the key', async () => {
    const { other, slow, running } = await stopped()
    const quick = held<string>()
    const second = other.run('k', 'f', quick.fn)
    slow.fail(new Error('slow'))
    expect(await rejection(running)).toMatchObject({ message: 'slow' })
    expect(await rejection(other.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    quick.end('quick')
    await second
  })

  test.each<[string, (context: IdempotencyContext) => unknown]>([
    ['throws', () => Promise.reject(new Error('no answer'))],
    ['gives a value that is none', () => 'not final'],
  ])(
    'that was taken over by a run that %s: the next one knows that the first may have taken effect',
    async (_, fn) => {
      const { clock, idempotency, other } = await stopped({ isFinalResult: (value) => value !== 'not final' })
      await other.run('k', 'f', fn).catch(() => {})
      expect(await rejection(other.run('k', 'g', never))).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
      await clock.advance('5m')
      expect((await idempotency.run('k', 'f', ({ takeover }) => takeover)).value).toBe(true)
      expect(await other.run('k', 'f', never)).toEqual({ value: true, replayed: true })
    },
  )

  test('that is over by the own clock aborts the signal; nobody has taken over, so the value is kept', async () => {
    const { other, slow, running } = await stopped()
    expect(slow.context().signal.reason).toMatchObject({ code: 'LEASE_LOST' })
    slow.end('slow')
    expect(await running).toEqual({ value: 'slow', replayed: false })
    expect(await other.run('k', 'f', never)).toEqual({ value: 'slow', replayed: true })
  })

  test('that the store gives to another aborts the signal at the next renewal', async () => {
    const { idempotency, clock } = made({ lease: '30s', store: { ...asPort(), renew: () => false } })
    const { fn, context, end } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    await clock.advance('9s')
    expect(context().signal.aborted).toBe(false)
    await clock.advance('1s')
    expect(context().signal.reason).toMatchObject({ code: 'LEASE_LOST' })
    end('')
    await running
  })

  test('survives renewals that fail for less than the lease', async () => {
    const clock = new TestClock()
    const store = memoryIdempotencyStore({ clock })
    let failures = 0
    const renew: typeof store.renew = (claim) => {
      if (++failures % 3 !== 0) throw new Error('away')
      return store.renew(claim)
    }
    const idempotency = createIdempotency({ store: { ...asPort(store), renew }, clock, lease: '60s' })
    const { fn, end, context } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    await clock.advance('10m')
    expect(context().signal.aborted).toBe(false)
    end('done')
    expect(await running).toMatchObject({ replayed: false })
  })
})

/** A store whose methods can be replaced. */
function asPort(
  store = memoryIdempotencyStore(),
): Pick<typeof store, 'claim' | 'renew' | 'complete' | 'release'> {
  return {
    claim: (claim) => store.claim(claim),
    renew: (claim) => store.renew(claim),
    complete: (claim, outcome) => store.complete(claim, outcome),
    release: (claim) => store.release(claim),
  }
}

describe('an effect that may have been committed', () => {
  const unknown = new UnavailableError({ code: 'COMMIT_UNKNOWN' })

  test.each<[string, () => unknown]>([
    ['thrown', () => Promise.reject(unknown)],
    ['returned, and no outcome', () => err(unknown)],
  ])('whose error is %s keeps the key for its lease, and the next run takes over', async (_, fn) => {
    const { clock, idempotency, other } = made({ lease: '60s', isFinalResult: () => false })
    const first = await idempotency.run('k', 'f', fn).then(
      ({ value }) => (value as ReturnType<typeof err>).error,
      (error: unknown) => error,
    )
    expect(first).toBe(unknown)
    await clock.advance('59s')
    expect(await rejection(other.run('k', 'f', never))).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    await clock.advance('1s')
    expect((await other.run('k', 'f', ({ takeover }) => takeover)).value).toBe(true)
  })

  test('is an outcome where isFinal says so', async () => {
    const { idempotency, other } = made({ isFinal: () => true })
    await rejection(idempotency.run('k', 'f', () => Promise.reject(unknown)))
    expect(await rejection(other.run('k', 'f', never))).toMatchObject({ code: 'COMMIT_UNKNOWN' })
  })
})

describe('an outcome', () => {
  test('above 1 MiB is kept without its body, and never run again', async () => {
    const { idempotency } = made()
    const body = 'x'.repeat(2 ** 20)
    expect(await idempotency.run('k', 'f', () => body)).toEqual({ value: body, replayed: false })
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({
      code: 'IDEMPOTENCY_RESULT_UNAVAILABLE',
      kind: 'conflict',
      name: 'IdempotencyResultUnavailableError',
    })
  })

  test.each([
    ['x', 2 ** 20 - 3, true],
    ['x', 2 ** 20 - 2, false],
    ['ü', 2 ** 19 - 2, true],
    ['ü', 2 ** 19 - 1, false],
  ])('of %s is measured in bytes of UTF-8: %d of them', async (letter, count, isKept) => {
    const { idempotency } = made()
    await idempotency.run('k', 'f', () => letter.repeat(count))
    const again = await idempotency.run('k', 'f', never).catch(() => undefined)
    expect(again !== undefined).toBe(isKept)
  })

  test('that the codec does not carry fails, and is not run again', async () => {
    const { idempotency } = made()
    expect(await rejection(idempotency.run('k', 'f', () => ({ total: new Money(5n) })))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining("'total'"),
    })
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({
      code: 'IDEMPOTENCY_RESULT_UNAVAILABLE',
    })
  })

  test.each<[string, unknown]>([
    ['a number', 5],
    ['bytes', new Uint8Array(1)],
    ['a promise', Promise.resolve('1')],
    ['nothing', undefined],
  ])('of which the codec makes no text, but %s, fails, and is not run again', async (_, text) => {
    const codec: Codec = { encode: () => text as string, decode: (given) => given }
    const { idempotency } = made({ codec, isFinal: () => true })
    await expect(idempotency.run('k', 'f', () => 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const unavailable = { code: 'IDEMPOTENCY_RESULT_UNAVAILABLE' }
    await expect(idempotency.run('k', 'f', never)).rejects.toMatchObject(unavailable)
    const error = new ConflictError()
    await expect(idempotency.run('l', 'f', () => Promise.reject(error))).rejects.toBe(error)
    await expect(idempotency.run('l', 'f', never)).rejects.toMatchObject(unavailable)
  })

  test('of which a codec makes a promise that rejects leaves nothing unhandled', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const { idempotency } = made({
      codec: { encode: () => Promise.reject(new Error('no key')), decode: never } as never,
    })
    await expect(idempotency.run('k', 'f', () => 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
  })

  test('of a class comes back as one, with a codec that knows it', async () => {
    const is = (value: unknown): value is Money => value instanceof Money
    const codec = createCodec({
      types: [
        {
          name: 'money',
          is,
          toValue: ({ minor }: Money) => minor,
          fromValue: (minor: bigint) => new Money(minor),
        },
      ],
    })
    const { idempotency } = made({ codec })
    await idempotency.run('k', 'f', () => new Money(5n))
    expect((await idempotency.run('k', 'f', never)).value).toEqual(new Money(5n))
  })

  test('that the codec cannot read any more is not run again', async () => {
    const { idempotency } = made({
      codec: {
        encode: () => 'text',
        decode: () => {
          throw new Error('unreadable')
        },
      },
    })
    await idempotency.run('k', 'f', () => 1)
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({
      code: 'IDEMPOTENCY_RESULT_UNAVAILABLE',
      cause: { message: 'unreadable' },
    })
  })

  test('may be an error: it is thrown again with its code, kind, message and facts', async () => {
    const { idempotency } = made({ isFinal: ({ kind }) => kind === 'conflict' })
    const error = new ConflictError({
      code: 'SOLD_OUT',
      message: 'Sold out.',
      details: { sku: 'a' },
      retryAfter: 5,
    })
    expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))).toBe(error)
    const again = await rejection(idempotency.run('k', 'f', never))
    expect(again).toBeInstanceOf(AppError)
    expect(again).toMatchObject({
      code: 'SOLD_OUT',
      kind: 'conflict',
      message: 'Sold out.',
      details: { sku: 'a' },
      retryAfter: 5,
    })
  })

  test('of a validation keeps its issues; facts that cannot be written are left out', async () => {
    const { idempotency } = made({ isFinal: () => true })
    const issues = [{ path: 'a', message: 'is missing' }]
    await rejection(idempotency.run('k', 'f', () => Promise.reject(new ValidationError({ issues }))))
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({ code: 'VALIDATION', issues })

    const odd = new ConflictError({ message: 'Odd.', details: { fn: () => {} } })
    await rejection(idempotency.run('odd', 'f', () => Promise.reject(odd)))
    const again = await rejection(idempotency.run('odd', 'f', never))
    expect(again).toMatchObject({ code: 'CONFLICT', message: 'Odd.' })
    expect(again).not.toHaveProperty('details')
  })

  test('may be a Result with an error: it is returned again, with its code, kind, message and facts', async () => {
    const { idempotency } = made()
    const refuse = () => err(new ConflictError({ code: 'SOLD_OUT', details: { sku: 'a' } }))
    const first = await idempotency.run('k', 'f', refuse)
    const again = await idempotency.run('k', 'f', refuse)
    expect(first).toEqual({ value: refuse(), replayed: false })
    expect(again.value.error).toBeInstanceOf(AppError)
    expect(again).toMatchObject({
      value: { ok: false, error: { code: 'SOLD_OUT', kind: 'conflict', details: { sku: 'a' } } },
      replayed: true,
    })
    expect(Object.keys(again.value)).toEqual(Object.keys(first.value))
  })

  test('of a class in a Result is what a codec makes of it that knows the class', async () => {
    class SoldOutError extends ConflictError {}
    const type = {
      name: 'sold-out',
      is: (value: unknown): value is SoldOutError => value instanceof SoldOutError,
      toValue: ({ message }: SoldOutError) => message,
      fromValue: (message: string) => new SoldOutError({ message }),
    }
    const { idempotency } = made({ codec: createCodec({ types: [type] }) })
    await idempotency.run('k', 'f', () => err(new SoldOutError({ message: 'No mugs.' })))
    const { value } = await idempotency.run('k', 'f', () => err(new SoldOutError()))
    expect([value.error instanceof SoldOutError, value.error.message]).toEqual([true, 'No mugs.'])
  })

  test('of an error with issues of its own keeps its kind', async () => {
    const { idempotency } = made({ isFinal: () => true })
    const error = Object.assign(new ConflictError({ code: 'SOLD_OUT' }), { issues: ['mug', 'cup'] })
    await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))
    const again = await rejection(idempotency.run('k', 'f', never))
    expect(again).toMatchObject({ code: 'SOLD_OUT', kind: 'conflict' })
  })

  test.each<[string, ConflictError]>([
    ['that the codec does not carry', new ConflictError()],
    ['whose facts cannot be read', Object.defineProperty(new ConflictError(), 'message', { get: never })],
  ])('may be an error %s: it is thrown untouched, and not run again', async (_, error) => {
    const codec = { encode: ({ id }: { id: number }) => id.toFixed(), decode: Number }
    const { idempotency } = made({ isFinal: () => true, codec: codec as never })
    expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))).toBe(error)
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({
      code: 'IDEMPOTENCY_RESULT_UNAVAILABLE',
    })
  })

  test('of an error whose message alone takes more than 1 MiB is kept without its body', async () => {
    const { idempotency } = made({ isFinal: () => true })
    const error = new ConflictError({ message: 'x'.repeat(2 ** 20), details: { fn: () => {} } })
    await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))
    expect(await rejection(idempotency.run('k', 'f', never))).toMatchObject({
      code: 'IDEMPOTENCY_RESULT_UNAVAILABLE',
    })
  })

  test('is no error of others, whatever isFinal says', async () => {
    const { idempotency } = made({ isFinal: () => true })
    await rejection(idempotency.run('k', 'f', () => Promise.reject(new Error('no'))))
    expect(await idempotency.run('k', 'f', () => 1)).toMatchObject({ replayed: false })
  })

  test('is not that the function gave up when its signal aborted, whatever isFinal says', async () => {
    const { idempotency } = made({ isFinal: () => true })
    const controller = new AbortController()
    const reason = new ConflictError()
    const giveUp = ({ signal }: IdempotencyContext) => {
      controller.abort(reason)
      signal.throwIfAborted()
    }
    expect(await rejection(idempotency.run('k', 'f', giveUp, { signal: controller.signal }))).toBe(reason)
    expect(await idempotency.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false })
  })

  test('that is not final is returned, and frees the key', async () => {
    const { idempotency } = made({ isFinalResult: (value) => (value as { status: number }).status < 400 })
    expect((await idempotency.run('k', 'f', () => ({ status: 429 }))).value).toEqual({ status: 429 })
    expect(await idempotency.run('k', 'f', () => ({ status: 201 }))).toEqual({
      value: { status: 201 },
      replayed: false,
    })
    expect(await idempotency.run('k', 'f', never)).toMatchObject({ replayed: true })
  })

  test('that is not final and lets nobody read its error frees the key too', async () => {
    class Answer {
      get error(): never {
        throw new Error('it has none')
      }
    }
    const { idempotency } = made({ isFinalResult: (value) => !(value instanceof Answer) })
    const answer = new Answer()
    expect(await idempotency.run('k', 'f', () => answer)).toEqual({ value: answer, replayed: false })
    expect(await idempotency.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false })
  })

  test('is judged as if nothing had been given where the judge throws', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const judge = () => {
      throw new Error('judge')
    }
    const { idempotency } = made({ isFinal: judge, isFinalResult: judge })
    const error = new ConflictError()
    expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))).toBe(error)
    expect(await idempotency.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false })
    expect(await idempotency.run('k', 'f', never)).toEqual({ value: 1, replayed: true })
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
  })

  test.each<[string, () => unknown]>([
    ['here', async () => Promise.reject(new Error('judge'))],
    ['in another realm', () => runInNewContext("Promise.reject(new Error('judge'))")],
  ])(
    "is judged so where the judge, %s, gives a promise, and a rejection of it is nobody else's",
    async (_, judge) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const { idempotency } = made({ isFinal: judge as never, isFinalResult: judge as never })
      const error = new ConflictError()
      expect(await rejection(idempotency.run('k', 'f', () => Promise.reject(error)))).toBe(error)
      expect(await idempotency.run('k', 'f', () => 1)).toEqual({ value: 1, replayed: false })
      expect(await idempotency.run('k', 'f', never)).toEqual({ value: 1, replayed: true })
      const said = (callback: string) =>
        `@base/application Idempotency: ${callback} threw: TypeError: it gave a promise, and has to answer at once`
      expect(warn.mock.calls.map(([text]) => text)).toEqual(['isFinal', 'isFinalResult'].map(said))
      warn.mockRestore()
    },
  )
})

class Money {
  readonly minor: bigint

  constructor(minor: bigint) {
    this.minor = minor
  }
}

describe('a request that waits', () => {
  test('gets the value once the other has ended', async () => {
    const { idempotency, other, clock } = made({ wait: '10s' })
    const { fn, end } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    const waiting = other.run('k', 'f', never)
    await clock.advance('3s')
    end('done')
    await running
    await clock.advance('400ms')
    expect(await waiting).toEqual({ value: 'done', replayed: true })
  })

  test('is refused when the time is over, and leaves no timer', async () => {
    const { idempotency, other, clock } = made({ wait: '2s' })
    const { fn, end } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    const waiting = rejection(other.run('k', 'f', never))
    await clock.advance('2s')
    expect(await waiting).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    end('done')
    await running
    expect(clock.pending).toBe(0)
  })

  test('runs itself where the other fails', async () => {
    const { idempotency, other, clock } = made({ wait: '10s' })
    const { fn, fail } = held<string>()
    const running = rejection(idempotency.run('k', 'f', fn))
    const waiting = other.run('k', 'f', () => 'second')
    await clock.advance('1s')
    fail(new Error('no'))
    await running
    await clock.advance('400ms')
    expect(await waiting).toEqual({ value: 'second', replayed: false })
  })

  test('leaves when it is aborted', async () => {
    const { idempotency, other, clock } = made({ wait: '1h' })
    const { fn, end } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    const controller = new AbortController()
    const waiting = rejection(other.run('k', 'f', never, { signal: controller.signal }))
    await clock.advance('1s')
    const reason = new Error('gone')
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    expect([clock.pending, getEventListeners(controller.signal, 'abort')]).toEqual([0, []])
    end('done')
    await running
  })
})

describe('an abort', () => {
  test('may be that of a polyfill, which has no throwIfAborted', async () => {
    const { idempotency } = made()
    const { signal } = new AbortController()
    Object.defineProperty(signal, 'throwIfAborted', { value: undefined })
    expect(await idempotency.run('k', 'f', () => 1, { signal })).toEqual({ value: 1, replayed: false })
    const reason = new Error('not wanted')
    const aborted = AbortSignal.abort(reason)
    Object.defineProperty(aborted, 'throwIfAborted', { value: undefined })
    await expect(idempotency.run('k', 'f', () => 1, { signal: aborted })).rejects.toBe(reason)
  })

  test('before the run takes nothing', async () => {
    const { idempotency } = made()
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    expect(await rejection(idempotency.run('k', 'f', never, { signal }))).toBe(reason)
    expect(await idempotency.run('k', 'f', () => 1)).toMatchObject({ replayed: false })
  })

  test.each([
    ['is called', (controller: AbortController) => controller.abort('gone')],
    ['asks the store', (controller: AbortController) => queueMicrotask(() => controller.abort('gone'))],
  ])('right after run %s: the function is not called, and the key is free', async (_, abort) => {
    const { idempotency } = made()
    const controller = new AbortController()
    const asked = rejection(idempotency.run('k', 'f', never, { signal: controller.signal }))
    abort(controller)
    expect(await asked).toBe('gone')
    await new Promise((resolve) => setImmediate(resolve))
    expect(await idempotency.run('k', 'g', () => 1)).toEqual({ value: 1, replayed: false })
  })

  test.each([
    ['before a store is asked that hangs', false],
    ['while a store is asked that hangs', true],
  ])('%s ends the asking at once', async (_, inClaim) => {
    const clock = new TestClock()
    const controller = new AbortController()
    const claim = () => {
      if (inClaim) controller.abort('gone')
      return new Promise<never>(() => {})
    }
    const idempotency = createIdempotency({ store: { ...asPort(), claim }, clock })
    const asked = rejection(idempotency.run('k', 'f', never, { signal: controller.signal }))
    if (!inClaim) controller.abort('gone')
    expect([await asked, clock.pending]).toEqual(['gone', 0])
  })

  test('reaches the function, whose end decides', async () => {
    const { idempotency } = made()
    const controller = new AbortController()
    const reason = new Error('gone')
    const value = await idempotency.run(
      'k',
      'f',
      ({ signal }) => {
        controller.abort(reason)
        return signal.reason === reason
      },
      { signal: controller.signal },
    )
    expect(value).toEqual({ value: true, replayed: false })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(await idempotency.run('k', 'f', never)).toEqual({ value: true, replayed: true })
  })

  test('while the store is asked gives back what comes later', async () => {
    const clock = new TestClock()
    const store = memoryIdempotencyStore({ clock })
    let answer = (): void => {}
    const slow = {
      ...asPort(store),
      claim: async (claim: Parameters<typeof store.claim>[0]) => {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        return store.claim(claim)
      },
    }
    const controller = new AbortController()
    const asked = rejection(
      createIdempotency({ store: slow, clock }).run('k', 'f', never, { signal: controller.signal }),
    )
    await new Promise((resolve) => setImmediate(resolve))
    const reason = new Error('gone')
    controller.abort(reason)
    expect(await asked).toBe(reason)
    answer()
    await new Promise((resolve) => setImmediate(resolve))
    expect([store.size, clock.pending]).toEqual([0, 0])
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})

describe('a key', () => {
  test.each([
    'x'.repeat(100_000),
    'a\0b',
    '\ud800',
    'sha256:LUYGqoVBUKa4kpHA5BYfy0pLhVT4mHxqUV7OdKWUm9g',
    '__proto__',
    '😀',
    ' ',
  ])('may be any text: %#', async (key) => {
    const { idempotency } = made()
    await idempotency.run(key, 'f', () => 1)
    expect(await idempotency.run(key, 'f', never)).toEqual({ value: 1, replayed: true })
  })

  test('reaches the store as it is, or as a digest where stores cannot hold it', async () => {
    const seen: string[] = []
    const store = memoryIdempotencyStore()
    const claim: typeof store.claim = (asked) => {
      seen.push(asked.key, asked.fingerprint)
      return store.claim(asked)
    }
    const { idempotency } = made({ store: { ...asPort(store), claim } })
    for (const key of [
      'acme:POST /orders:7',
      'x'.repeat(512),
      'x'.repeat(513),
      '\ud800',
      '\ud801',
      'sha256:a',
    ])
      await idempotency.run(key, 'card 4242', () => 1)
    const [plain, fingerprint, longest, , ...others] = seen
    expect([plain, longest, fingerprint?.length]).toEqual(['acme:POST /orders:7', 'x'.repeat(512), 43])
    const digested = others.filter((_, index) => index % 2 === 0)
    for (const key of digested) expect(key).toMatch(/^sha256:[\w-]{43}$/)
    expect(new Set(digested).size).toBe(4)
    expect(seen.join()).not.toContain('4242')
  })
})

describe('events', () => {
  test('tell what became of a key', async () => {
    const { idempotency } = made()
    const heard: string[] = []
    for (const event of ['run', 'replay', 'inProgress', 'mismatch', 'lost', 'storeFailed'] as const)
      idempotency.on(event, ({ key }) => heard.push(`${event} ${key}`))
    const { fn, end } = held<string>()
    const running = idempotency.run('k', 'f', fn)
    await new Promise((resolve) => setImmediate(resolve))
    await rejection(idempotency.run('k', 'f', never))
    await rejection(idempotency.run('k', 'g', never))
    end('done')
    await running
    await idempotency.run('k', 'f', never)
    expect(heard).toEqual(['run k', 'inProgress k', 'mismatch k', 'replay k'])
  })

  test('come in the order of the answers of the store', async () => {
    const { idempotency } = made()
    const told: string[] = []
    for (const event of ['run', 'inProgress', 'mismatch'] as const)
      idempotency.on(event, () => told.push(event))
    const { fn, end } = held<number>()
    const first = idempotency.run('k', 'f', fn)
    await Promise.allSettled([idempotency.run('k', 'f', never), idempotency.run('k', 'g', never)])
    end(1)
    await first
    expect(told).toEqual(['run', 'inProgress', 'mismatch'])
  })
})

describe('an error of a refusal', () => {
  test.each([
    ['IDEMPOTENCY_MISMATCH', IdempotencyMismatchError],
    ['IDEMPOTENCY_IN_PROGRESS', IdempotencyInProgressError],
    ['IDEMPOTENCY_RESULT_UNAVAILABLE', IdempotencyResultUnavailableError],
  ])('says its own where it is told nothing: %s', (code, Refusal) => {
    const told = [null, 'no', { code: undefined, message: undefined }] as never[]
    for (const options of told) {
      const error = new Refusal(options)
      expect([error.code, error.message]).toEqual([code, new Refusal().message])
    }
    expect(new Refusal({ code: 'OWN', message: 'own' })).toMatchObject({ code: 'OWN', message: 'own' })
  })
})

describe('a wrong argument', () => {
  const wrong = (value: unknown): never => value as never
  const store = memoryIdempotencyStore()

  test.each<[string, () => Idempotency, string]>([
    ['no options', () => createIdempotency(wrong(undefined)), 'store must be an object with the methods'],
    ['a store that is none', () => createIdempotency({ store: wrong({}) }), 'store must be an object with'],
    ['a ttl of 0', () => createIdempotency({ store, ttl: 0 }), 'ttl must be more than 0'],
    ['a ttl without a unit', () => createIdempotency({ store, ttl: wrong('5') }), 'ttl must be more than 0'],
    [
      'a lease that is NaN',
      () => createIdempotency({ store, lease: Number.NaN }),
      'lease must be more than 0',
    ],
    ['a negative wait', () => createIdempotency({ store, wait: -1 }), 'wait must be at least 0'],
    [
      'a storeTimeout of 0',
      () => createIdempotency({ store, storeTimeout: 0 }),
      'storeTimeout must be more than 0',
    ],
    [
      'a judge that is none',
      () => createIdempotency({ store, isFinal: wrong(true) }),
      'isFinal must be a function',
    ],
    ['a codec that is none', () => createIdempotency({ store, codec: wrong({}) }), 'codec must be an object'],
    ['a clock that is none', () => createIdempotency({ store, clock: wrong({}) }), 'clock must be an object'],
  ])('is refused: %s', (_, make, message) => {
    expect(make).toThrow(`@base/application createIdempotency: ${message}`)
  })

  test.each<[string, unknown[], string]>([
    ['an empty key', ['', 'f', never], 'key must be a text that is not empty'],
    ['a key that is no text', [7, 'f', never], 'key must be a text that is not empty'],
    ['a fingerprint that is no text', ['k', undefined, never], 'fingerprint must be a text'],
    ['a function that is none', ['k', 'f', 7], 'fn must be a function'],
    ['a signal that is none', ['k', 'f', never, { signal: {} }], 'signal must be an AbortSignal'],
  ])('of run is refused before anything is claimed: %s', async (_, args, message) => {
    const own = memoryIdempotencyStore()
    const idempotency = createIdempotency({ store: own })
    const error = await rejection(idempotency.run(...(args as Parameters<Idempotency['run']>)))
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    expect((error as Error).message).toContain(`@base/application Idempotency.run: ${message}`)
    expect(own.size).toBe(0)
  })

  test('is refused of a memory store too', () => {
    expect(() => memoryIdempotencyStore({ clock: wrong({}) })).toThrow(
      '@base/application memoryIdempotencyStore: clock must be an object',
    )
  })
})

describe('within another store', () => {
  const codec: Codec = createCodec()

  test('keys are that store’s', async () => {
    const { idempotency, clock } = made()
    const store = memoryIdempotencyStore({ clock })
    await idempotency.run('k', '', () => 1)
    const within = idempotency.within(store)

    expect(await within.run('k', '', () => 2)).toEqual({ value: 2, replayed: false })
    expect(await createIdempotency({ store, clock }).run('k', '', () => 3)).toEqual({
      value: 2,
      replayed: true,
    })
    expect(await idempotency.run('k', '', () => 4)).toEqual({ value: 1, replayed: true })
  })

  test('the options are those of the first', async () => {
    const encode = vi.fn(codec.encode)
    const { idempotency, clock } = made({ ttl: '1m', codec: { ...codec, encode } })
    const within = idempotency.within(memoryIdempotencyStore({ clock }))
    await within.run('k', '', () => 1)
    await clock.advance('1m')

    expect(await within.run('k', '', () => 2)).toEqual({ value: 2, replayed: false })
    expect(encode).toHaveBeenCalledTimes(2)
  })

  test('those who listen to the first hear of it, and the other way', async () => {
    const { idempotency, clock } = made()
    const within = idempotency.within(memoryIdempotencyStore({ clock }))
    const heard: string[] = []
    idempotency.on('run', ({ key }) => heard.push(`first ${key}`))
    within.on('run', ({ key }) => heard.push(`within ${key}`))
    await within.run('k', '', () => 1)

    expect(heard).toEqual(['first k', 'within k'])
  })

  test('a function may ask for its key there, for it is another one', async () => {
    const { idempotency, clock } = made()
    const within = idempotency.within(memoryIdempotencyStore({ clock }))
    const both = idempotency.run('k', '', () => within.run('k', '', () => 1))

    expect(await both).toEqual({ value: { value: 1, replayed: false }, replayed: false })
  })

  test.each([undefined, {}, { claim: () => {} }])('%j is no store', (store) => {
    expect(() => made().idempotency.within(store as never)).toThrow(
      /^@base\/application Idempotency.within: store must be an object with the methods claim, renew, complete, release/,
    )
  })
})
