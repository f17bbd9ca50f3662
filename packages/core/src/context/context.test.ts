import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter, once } from 'node:events'
import { createServer, get as httpGet } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as immediate, setTimeout as later } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  bindContext,
  correlationId,
  createContextKey,
  deadline,
  isContextAvailable,
  principal,
  runInContext,
  tenantId,
} from './index.js'

const PLACE = Symbol.for('@base/core/context')
const inTenant = <R>(id: string, fn: () => R): R => runInContext([[tenantId, id]], fn)

describe('the context', () => {
  test('is empty outside', () => {
    expect(tenantId.get()).toBeUndefined()
    expect(isContextAvailable()).toBe(true)
  })

  test('holds all values at once, and nothing afterwards', () => {
    const seen = runInContext(
      [
        [correlationId, 'c-1'],
        [tenantId, 'acme'],
        [principal, { id: 'ann', roles: ['clerk'] }],
        [deadline, 1_735_689_600_000],
      ],
      () => [correlationId.get(), tenantId.require(), principal.require().id, deadline.get()],
    )

    expect(seen).toEqual(['c-1', 'acme', 'ann', 1_735_689_600_000])
    expect(correlationId.get()).toBeUndefined()
  })

  test('returns what the function returns, and throws what it throws', async () => {
    const fault = new Error('no stock')

    expect(inTenant('acme', () => 7)).toBe(7)
    expect(() =>
      inTenant('acme', () => {
        throw fault
      }),
    ).toThrow(fault)
    await expect(inTenant('acme', () => Promise.reject(fault))).rejects.toBe(fault)
    expect(tenantId.get()).toBeUndefined()
  })

  test('inherits the values outside, replaces those of the same key, and gives them back', () => {
    runInContext(
      [
        [tenantId, 'acme'],
        [correlationId, 'c-1'],
      ],
      () => {
        inTenant('globex', () => expect([tenantId.get(), correlationId.get()]).toEqual(['globex', 'c-1']))
        expect(tenantId.get()).toBe('acme')
      },
    )
  })

  test('hides a value by undefined', () => {
    inTenant('acme', () =>
      runInContext([[tenantId, undefined]], () => expect(tenantId.get()).toBeUndefined()),
    )
  })

  test('counts the last entry of a key', () => {
    runInContext(
      [
        [tenantId, 'acme'],
        [tenantId, 'globex'],
      ],
      () => expect(tenantId.get()).toBe('globex'),
    )
  })

  test('knows falsy values from absent ones', () => {
    const attempts = createContextKey<number>('test.attempts')
    runInContext([[attempts, 0]], () => expect(attempts.require()).toBe(0))
  })

  test('takes keys of the same name for one key', () => {
    const twin = createContextKey<string>('tenantId')
    inTenant('acme', () => expect(twin.get()).toBe('acme'))
  })

  test('names the key that is missing', () => {
    expect(() => tenantId.require()).toThrow(
      expect.objectContaining({
        name: 'ContextMissingError',
        code: 'CONTEXT_MISSING',
        kind: 'internal',
        details: { key: 'tenantId' },
        message: expect.stringMatching(/^There is no 'tenantId' in the context; runInContext sets it, /),
      }),
    )
  })
})

describe('the context survives', () => {
  const survives = async (read: () => Promise<unknown>) => {
    const [a, b] = await Promise.all([inTenant('acme', read), inTenant('globex', read)])
    expect([a, b]).toEqual(['acme', 'globex'])
  }

  test('await and promise chains', () =>
    survives(async () => {
      await later(1)
      return Promise.resolve().then(() => tenantId.get())
    }))

  test('timers', () =>
    survives(
      () => new Promise((resolve) => setTimeout(() => setImmediate(() => resolve(tenantId.get())), 1)),
    ))

  test('queueMicrotask and process.nextTick', () =>
    survives(
      () => new Promise((resolve) => queueMicrotask(() => process.nextTick(() => resolve(tenantId.get())))),
    ))

  test('streams that are iterated, and pipelines', () =>
    survives(async () => {
      const seen: unknown[] = []
      const note = new Transform({
        objectMode: true,
        transform(chunk, _encoding, done) {
          seen.push(tenantId.get())
          done(null, chunk)
        },
      })
      await pipeline(Readable.from([1, 2, 3]), note, async (chunks) => {
        for await (const _chunk of chunks) seen.push(tenantId.get())
      })
      seen.push(tenantId.get())
      expect(new Set(seen).size).toBe(1)
      return seen[0]
    }))

  test('an EventEmitter that the request itself emits on, and events.once', () =>
    survives(async () => {
      const emitter = new EventEmitter()
      const seen = new Promise((resolve) => emitter.once('done', () => resolve(tenantId.get())))
      const waiting = once(emitter, 'done')
      setImmediate(() => emitter.emit('done'))
      await waiting
      expect(await seen).toBe(tenantId.get())
      return tenantId.get()
    }))

  test('a call over HTTP on a connection that is shared', async () => {
    const server = createServer((_request, response) => setImmediate(() => response.end('ok'))).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const call = () =>
      new Promise((resolve, reject) => {
        httpGet({ port, host: '127.0.0.1' }, (response) => {
          response.resume().on(
            'end',
            bindContext(() => resolve(tenantId.get())),
          )
        }).on('error', reject)
      })
    try {
      for (let round = 0; round < 5; round++) await survives(call)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('10,000 requests at a time without mixing them up', async () => {
    const request = createContextKey<number>('test.request')
    const wrong: number[] = []
    const handle = async (id: number) => {
      const check = () => {
        if (request.get() !== id || correlationId.get() !== `c-${id}`) wrong.push(id)
      }
      check()
      await immediate()
      check()
      await runInContext([[request, -id]], async () => {
        await null
        if (request.get() !== -id || correlationId.get() !== `c-${id}`) wrong.push(id)
      })
      await later(id % 7)
      check()
      await new Promise<void>((resolve) => queueMicrotask(resolve))
      check()
    }
    await Promise.all(
      Array.from({ length: 10_000 }, (_, id) =>
        runInContext(
          [
            [request, id],
            [correlationId, `c-${id}`],
          ],
          () => handle(id),
        ),
      ),
    )

    expect(wrong).toEqual([])
    expect(request.get()).toBeUndefined()
  })
})

describe('the context of a callback is its caller’s', () => {
  test('so a listener sees who emits, unless it is bound', () => {
    const emitter = new EventEmitter()
    const seen: unknown[] = []
    inTenant('acme', () => {
      emitter.on('paid', () => seen.push(tenantId.get()))
      emitter.on(
        'paid',
        bindContext(() => seen.push(tenantId.get())),
      )
    })
    inTenant('globex', () => emitter.emit('paid'))

    expect(seen).toEqual(['globex', 'acme'])
  })

  test('so what waits in a queue sees who gives it free, unless it is bound or awaited', async () => {
    const waiting: (() => void)[] = []
    const free = () => {
      for (const next of waiting.splice(0)) next()
    }
    const seen: Record<string, unknown> = {}
    const awaited = inTenant('acme', async () => {
      waiting.push(() => (seen['plain'] = tenantId.get()))
      waiting.push(bindContext(() => (seen['bound'] = tenantId.get())))
      await new Promise<void>((resolve) => waiting.push(resolve))
      seen['awaited'] = tenantId.get()
    })
    inTenant('globex', free)
    await awaited

    expect(seen).toEqual({ plain: 'globex', bound: 'acme', awaited: 'acme' })
  })

  test('and a bound function keeps this, arguments, value and error', () => {
    const cart = {
      total: 40,
      add: bindContext(function (this: { total: number }, amount: number) {
        if (amount < 0) throw new RangeError('negative')
        return this.total + amount
      }),
    }

    expect(cart.add(2)).toBe(42)
    expect(() => cart.add(-1)).toThrow(RangeError)
  })

  test('and its number of parameters, by which Express tells a handler of errors', () => {
    expect(
      bindContext((_error: unknown, _request: unknown, _response: unknown, _next: unknown) => {}),
    ).toHaveLength(4)
  })

  test('and a function bound outside of any context sees none', () => {
    const outside = bindContext(() => tenantId.get())
    expect(inTenant('acme', outside)).toBeUndefined()
  })
})

describe('a generator runs where its steps are taken', () => {
  async function* rows(): AsyncGenerator<string | undefined, void, unknown> {
    try {
      yield tenantId.get()
      await immediate()
      yield tenantId.get()
    } finally {
      yield `closed in ${tenantId.get()}`
    }
  }
  function* words(): Generator<string | undefined, string | undefined, unknown> {
    try {
      yield tenantId.get()
    } catch {
      yield `mended in ${tenantId.get()}`
    }
    return tenantId.get()
  }

  test('so one of runInContext sees who iterates, and says what to do', async () => {
    async function* strict() {
      yield tenantId.require()
    }
    const steps = inTenant('acme', strict)

    await expect(steps.next()).rejects.toThrow(
      "There is no 'tenantId' in the context; runInContext sets it, and a callback or a generator needs bindContext.",
    )
    expect((await inTenant('globex', () => inTenant('acme', rows)).next()).value).toBeUndefined()
  })

  test('unless the function is bound: each of its steps runs there', async () => {
    const bound = inTenant('acme', () => bindContext(rows))()
    const seen: unknown[] = []
    await inTenant('globex', async () => {
      for await (const row of bound) seen.push(row)
    })

    expect(seen).toEqual(['acme', 'acme', 'closed in acme'])
  })

  test('and so does its return', async () => {
    const bound = inTenant('acme', () => bindContext(rows)())
    await bound.next()

    expect(await inTenant('globex', () => bound.return())).toEqual({ value: 'closed in acme', done: false })
  })

  test('as do the steps of one that waits for nothing, its throw, and what it is delegated to', () => {
    const bound = inTenant('acme', () => bindContext(words)())
    function* outer() {
      return yield* bound
    }
    inTenant('globex', () => {
      const steps = outer()
      expect(steps.next()).toEqual({ value: 'acme', done: false })
      expect(steps.throw(new Error('no stock'))).toEqual({ value: 'mended in acme', done: false })
      expect(steps.next()).toEqual({ value: 'acme', done: true })
    })
  })

  test('and it stays what it was: a generator, with what it is sent and what it throws', () => {
    const fault = new RangeError('negative')
    const bound = bindContext(function* (this: { total: number }, amount: number) {
      const sent: number = yield this.total + amount
      if (sent < 0) throw fault
    })
    const steps = bound.call({ total: 40 }, 2)

    expect(String(steps)).toBe('[object Generator]')
    expect(steps[Symbol.iterator]()).toBe(steps)
    expect(Object.keys(steps)).toEqual([])
    expect(steps.next().value).toBe(42)
    expect(() => steps.next(-1)).toThrow(fault)
  })

  test('and is bound once, however often a bound function gives it', () => {
    const one = words()
    const give = inTenant('acme', () => bindContext(() => one))
    for (let call = 0; call < 20_000; call++) give()

    expect(inTenant('globex', () => bindContext(give)().next().value)).toBe('acme')
  })

  test('and what is no generator is left as it is', () => {
    const cursor = { next: () => tenantId.get(), [Symbol.asyncIterator]: () => cursor }
    const next = cursor.next

    expect(bindContext(() => cursor)().next).toBe(next)
    expect(bindContext(() => null)()).toBeNull()
    const mock: object = new Proxy({}, { get: () => () => mock })
    expect(Object.hasOwn(bindContext(() => mock)(), 'next')).toBe(false)
  })

  test('so a stream of a bound one reads in its context', async () => {
    const stream = inTenant('acme', () => Readable.from(bindContext(rows)()))

    expect(await inTenant('globex', () => stream.toArray())).toEqual(['acme', 'acme', 'closed in acme'])
  })
})

describe('wrong arguments are refused where they are passed in', () => {
  test.each([
    [() => createContextKey(''), 'createContextKey: name must be a text that is not empty, received "".'],
    [() => createContextKey(7 as never), 'createContextKey: name must be a text'],
    [
      () => runInContext(new Map() as never, () => {}),
      'runInContext: entries must be a list of [key, value]',
    ],
    [
      () => runInContext([['tenantId', 'acme']] as never, () => {}),
      'entries.0 must be a [key, value] with a key',
    ],
    [() => runInContext([undefined] as never, () => {}), 'entries.0 must be a [key, value]'],
    [() => runInContext([[undefined, 1]] as never, () => {}), 'entries.0 must be a [key, value]'],
    [() => runInContext([], undefined as never), 'runInContext: fn must be a function, received undefined.'],
    [() => bindContext('fn' as never), 'bindContext: fn must be a function'],
  ])('%#', (call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    )
  })
})

describe('two copies of core', () => {
  afterEach(() => {
    vi.resetModules()
  })

  test('share one store, at a place that is not listed', async () => {
    vi.resetModules()
    const other = await import('./index.js')
    expect(other.runInContext).not.toBe(runInContext)

    inTenant('acme', () => {
      expect(other.tenantId.get()).toBe('acme')
      other.runInContext([[other.tenantId, 'globex']], () => expect(tenantId.get()).toBe('globex'))
    })
    expect(Object.getOwnPropertyDescriptor(globalThis, PLACE)).toMatchObject({
      enumerable: false,
      value: expect.any(AsyncLocalStorage),
    })
  })
})

describe('a runtime without AsyncLocalStorage', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
    vi.resetModules()
  })

  test.each([
    ['no process', undefined],
    ['a process without getBuiltinModule', {}],
    ['no async_hooks', { getBuiltinModule: () => undefined }],
    [
      'a stand-in that throws',
      {
        getBuiltinModule: () => {
          throw new Error('not here')
        },
      },
    ],
  ])('loads with %s, runs the function, keeps nothing, and says so once', async (_name, process) => {
    const shared = Object.getOwnPropertyDescriptor(globalThis, PLACE) as PropertyDescriptor
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    Reflect.deleteProperty(globalThis, PLACE)
    vi.resetModules()
    try {
      vi.stubGlobal('process', process)
      const loading = import('./index.js')
      const bare = await loading.finally(() => vi.unstubAllGlobals())

      expect(bare.isContextAvailable()).toBe(false)
      expect(bare.runInContext([[bare.tenantId, 'acme']], () => bare.tenantId.get())).toBeUndefined()
      bare.runInContext([], () => {})
      expect(warn.mock.calls).toEqual([[expect.stringContaining('no AsyncLocalStorage')]])
      expect(() => bare.tenantId.require()).toThrow(
        'this runtime has no AsyncLocalStorage, so nothing is kept',
      )
      const fn = () => 7
      expect(bare.bindContext(fn)).toBe(fn)
    } finally {
      Object.defineProperty(globalThis, PLACE, shared)
    }
  })
})
