import { runInNewContext } from 'node:vm'
import { TimeoutError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { Bulkhead } from '@base/resilience/bulkhead'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { pipeline } from '@base/resilience/pipeline'
import { Timeout } from '@base/resilience/timeout'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { type OpossumFacade, opossumFacade } from './index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

function shop(failing = () => false) {
  const clock = new TestClock()
  const breaker = new CircuitBreaker({ name: 'prices', failureThreshold: 1, recoveryTimeout: '10s', clock })
  const prices = opossumFacade(
    async (id: string, factor: number) => {
      if (failing()) throw new Error('down')
      return `${id} ${factor}`
    },
    { breaker, clock },
  )
  return { clock, breaker, prices }
}

function recorded(facade: OpossumFacade<never, unknown>) {
  const told: string[] = []
  const events = ['fire', 'success', 'failure', 'reject', 'open', 'halfOpen', 'close', 'fallback'] as const
  for (const event of events) facade.on(event, () => told.push(event))
  return told
}

/** How many timers are under way, also those that keep no process alive. */
function timersOf(clock: TestClock) {
  const timers = new Set<object>()
  const schedule = clock.schedule.bind(clock)
  vi.spyOn(clock, 'schedule').mockImplementation((duration, fn, options) => {
    const own = schedule(
      duration,
      () => {
        timers.delete(timer)
        fn()
      },
      options,
    )
    const timer = {
      ref: () => own.ref(),
      unref: () => own.unref(),
      cancel() {
        timers.delete(timer)
        own.cancel()
      },
    }
    timers.add(timer)
    return timer
  })
  return timers
}

function refusedByCircuit() {
  const breaker = new CircuitBreaker()
  breaker.isolate()
  return breaker.execute(() => 1)
}

function refusedByBulkhead() {
  const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 0 })
  return bulkhead.execute(() => bulkhead.execute(() => 1))
}

function outOfTime(): Promise<never> {
  return Promise.reject(new TimeoutError({ message: 'No answer in time.' }))
}

describe('opossumFacade', () => {
  test('fires, and tells what happens in the events of opossum', async () => {
    let isDown = true
    const { clock, prices } = shop(() => isDown)
    const told = recorded(prices as never)
    await prices.fire('A-1', 2).catch(() => {})
    await prices.fire('A-1', 2).catch(() => {})
    expect([prices.opened, prices.closed]).toEqual([true, false])
    await clock.advance('10s')
    isDown = false
    expect(await prices.fire('A-1', 2)).toBe('A-1 2')
    expect([prices.opened, prices.closed, prices.halfOpen]).toEqual([false, true, false])
    expect(told.join(' ')).toBe('fire failure open fire reject halfOpen fire close success')
    expect(prices.stats).toMatchObject({ fires: 3, successes: 1, failures: 1, rejects: 1 })
  })

  test('keeps the types of its action, and this by call', async () => {
    const { prices } = shop()
    expectTypeOf(prices.fire).parameters.toEqualTypeOf<[string, number]>()
    expectTypeOf(prices.fire).returns.resolves.toEqualTypeOf<string>()
    const own = opossumFacade(
      function (this: unknown) {
        return this
      },
      { breaker: new CircuitBreaker() },
    )
    const account = { id: 7 }
    expect(await own.call(account)).toBe(account)
  })

  test('a fallback is given the arguments and the error, and may be another breaker', async () => {
    const { prices } = shop(() => true)
    const fallback = vi.fn((id: string) => `old ${id}`)
    expect(await prices.fallback(fallback as never).fire('A-1', 2)).toBe('old A-1')
    expect(fallback).toHaveBeenCalledWith('A-1', 2, expect.objectContaining({ message: 'down' }))
    const second = shop().prices
    expect(
      await shop(() => true)
        .prices.fallback(second)
        .fire('A-1', 3),
    ).toBe('A-1 3')
  })

  test('a fallback that fails is what the caller gets', async () => {
    const { prices } = shop(() => true)
    prices.fallback(() => Promise.reject(new Error('also down')))
    await expect(prices.fire('A-1', 1)).rejects.toThrow('also down')
    expect(prices.stats.fallbacks).toBe(0)
  })

  test('tells timeout and semaphoreLocked of the policies around and inside', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ clock })
    const policy = pipeline(
      new Bulkhead({ maxConcurrent: 1, maxQueue: 0, clock }),
      breaker,
      new Timeout({ timeout: '1s', clock }),
    )
    const facade = opossumFacade(() => new Promise(() => {}), { breaker, policy, clock })
    const told: unknown[] = []
    facade.on('timeout', (_, latency) => told.push(['timeout', latency]))
    facade.on('semaphoreLocked', () => told.push('semaphoreLocked'))
    const call = facade.fire().catch((error) => error.code)
    await expect(facade.fire()).rejects.toMatchObject({ code: 'BULKHEAD_FULL' })
    await clock.advance('1s')
    expect([await call, told]).toEqual(['TIMEOUT', ['semaphoreLocked', ['timeout', 1_000]]])
  })

  test('belongs to a group, which is its breaker unless it says another', () => {
    const breaker = new CircuitBreaker({ name: 'prices' })
    const groupOf = (group?: string) => opossumFacade(() => 1, { breaker, group }).group
    expect([groupOf(), groupOf('shop')]).toEqual(['prices', 'shop'])
  })

  test('open, close, disable and enable work by hand', async () => {
    const { breaker, prices, clock } = shop()
    prices.open()
    prices.open()
    await clock.advance('1h')
    await expect(prices.fire('A-1', 1)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    prices.close()
    expect([prices.closed, breaker.state]).toEqual([true, 'closed'])
    prices.disable()
    expect([prices.enabled, prices.closed]).toEqual([false, true])
    prices.enable()
    expect([prices.enabled, breaker.state]).toEqual([true, 'closed'])
  })

  test('opens again by hand after the breaker was closed otherwise', () => {
    const { breaker, prices } = shop()
    prices.open()
    breaker.close()
    prices.open()
    expect([prices.opened, breaker.state]).toEqual([true, 'isolated'])
    prices.disable()
    prices.enable()
    prices.open()
    expect([prices.opened, breaker.state]).toEqual([true, 'isolated'])
  })

  test('opens by hand once, however often, and beside whoever isolates the breaker', () => {
    const { breaker, prices } = shop()
    const release = breaker.isolate()
    const told = recorded(prices as never)
    prices.open()
    prices.open()
    release()
    expect(breaker.state).toBe('isolated')
    prices.close()
    expect([breaker.state, told]).toEqual(['closed', ['close']])
  })

  test('enable does not close what was opened by hand', () => {
    const { breaker, prices } = shop()
    prices.open()
    prices.enable()
    expect(breaker.state).toBe('isolated')
  })

  type Step = 'fail' | 'open' | 'close' | 'disable' | 'enable'

  // What opossum 10 tells, but for the last.
  test.each<[string, readonly Step[], readonly string[], object]>([
    ['failures, then by hand', ['fail', 'open'], ['open'], { opened: true }],
    ['by hand, disabled', ['open', 'disable'], ['open'], { opened: true, closed: false, enabled: false }],
    [
      'by hand, disabled and enabled',
      ['open', 'disable', 'enable'],
      ['open'],
      { opened: true, enabled: true },
    ],
    ['disabled and enabled', ['disable', 'enable'], [], { closed: true, enabled: true }],
    [
      'closed while disabled',
      ['open', 'disable', 'close'],
      ['open', 'close'],
      { closed: true, enabled: false },
    ],
    [
      'and enabled',
      ['open', 'disable', 'close', 'enable'],
      ['open', 'close'],
      { closed: true, enabled: true },
    ],
    ['opened while disabled', ['disable', 'open'], ['open'], { opened: true, enabled: false }],
    [
      'opened twice, and enabled',
      ['disable', 'open', 'open', 'enable'],
      ['open'],
      { opened: true, enabled: true },
    ],
    ['failures, disabled', ['fail', 'disable'], ['open'], { opened: true, enabled: false }],
    ['failures, disabled and enabled', ['fail', 'disable', 'enable'], ['open', 'close'], { closed: true }],
  ])('shows and tells each state once: %s', async (_, steps, told, state) => {
    const { prices } = shop(() => true)
    const heard: string[] = []
    for (const event of ['open', 'halfOpen', 'close'] as const) prices.on(event, () => heard.push(event))
    for (const step of steps) {
      if (step === 'fail') await prices.fire('A-1', 1).catch(() => {})
      else prices[step]()
    }
    expect(heard).toEqual(told)
    expect(prices).toMatchObject(state)
  })

  test('keeps through disable and enable what was opened by another facade', () => {
    const breaker = new CircuitBreaker()
    const facade = opossumFacade(() => 1, { breaker })
    opossumFacade(() => 2, { breaker }).open()
    facade.disable()
    expect([facade.opened, breaker.state]).toEqual([true, 'disabled'])
    facade.enable()
    expect([facade.opened, breaker.state]).toEqual([true, 'isolated'])
    facade.close()
    expect([facade.opened, breaker.state]).toEqual([false, 'closed'])
  })

  test('tells of a circuit that opened once what became of the call that opened it was told', async () => {
    const breaker = new CircuitBreaker({ failureThreshold: 3 })
    const facade = opossumFacade(() => Promise.reject(new Error('no')), { breaker })
    const told: string[] = []
    for (const event of ['failure', 'open'] as const) facade.on(event, () => told.push(event))
    await Promise.allSettled([1, 2, 3].map(() => facade.fire()))
    expect(told).toEqual(['failure', 'failure', 'failure', 'open'])
  })

  test.each(['before', 'after'])('ends an isolation of others that is released %s enable', async (when) => {
    const breaker = new CircuitBreaker()
    const facade = opossumFacade(() => 1, { breaker })
    const release = breaker.isolate()
    facade.disable()
    if (when === 'before') release()
    facade.enable()
    release()
    expect([breaker.state, await facade.fire()]).toEqual(['closed', 1])
  })

  test('tells what is, where another listener changes the state at once', () => {
    const breaker = new CircuitBreaker()
    let isClosing = true
    breaker.on('stateChange', ({ to }) => {
      if (isClosing && to === 'isolated') breaker.close()
    })
    const facade = opossumFacade(() => 1, { breaker })
    const told = recorded(facade as never)
    breaker.isolate()
    expect([facade.opened, told]).toEqual([false, []])
    isClosing = false
    breaker.isolate()
    breaker.disable()
    expect([facade.opened, told]).toEqual([true, ['open']])
  })

  test('what was opened by hand and closed otherwise stays closed', () => {
    const { breaker, prices } = shop()
    prices.open()
    breaker.close()
    prices.disable()
    prices.enable()
    expect([prices.opened, breaker.state]).toEqual([false, 'closed'])
  })

  type Holder = 'shutdown' | 'open' | 'close' | 'isolate and release'

  test.each<[readonly Holder[], string]>([
    [['shutdown', 'close'], 'closed'],
    [['shutdown', 'close', 'isolate and release'], 'closed'],
    [['close', 'shutdown'], 'closed'],
    [['shutdown'], 'isolated'],
    [['shutdown', 'close', 'open'], 'isolated'],
  ])('what was opened by hand outlives its facade, but not its end: after %j it is %s', (steps, state) => {
    const { breaker, prices } = shop()
    prices.open()
    for (const step of steps) {
      if (step === 'shutdown') prices.shutdown()
      else if (step === 'open') opossumFacade(() => 1, { breaker }).open()
      else if (step === 'close') breaker.close()
      else breaker.isolate()()
    }
    const second = opossumFacade(() => 1, { breaker })
    second.disable()
    second.enable()
    expect(breaker.state).toBe(state)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['CIRCUIT_OPEN', refusedByCircuit],
    ['BULKHEAD_FULL', refusedByBulkhead],
    ['TIMEOUT', outOfTime],
  ])("a %s of the action's own is a failure of the call, and nothing else", async (code, action) => {
    const facade = opossumFacade(action, { breaker: new CircuitBreaker() })
    const told: string[] = []
    for (const event of ['failure', 'reject', 'semaphoreLocked', 'timeout'] as const)
      facade.on(event, () => told.push(event))
    await expect(facade.fire()).rejects.toMatchObject({ code })
    expect(told).toEqual(['failure'])
    expect(facade.stats).toMatchObject({ failures: 1, rejects: 0, semaphoreRejections: 0, timeouts: 0 })
  })

  test('a circuit that is disabled passes calls, opened by hand or not', async () => {
    const { prices } = shop()
    prices.open()
    prices.disable()
    expect(await prices.fire('A-1', 1)).toBe('A-1 1')
    prices.enable()
    await expect(prices.fire('A-1', 1)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
  })

  describe('once the pause of the circuit is over', () => {
    async function opened() {
      let isDown = true
      const made = shop(() => isDown)
      const timers = timersOf(made.clock)
      const told = recorded(made.prices as never)
      await made.prices.fire('A-1', 1).catch(() => {})
      const recover = () => {
        isDown = false
      }
      return { ...made, told, timers, recover }
    }

    test('is half-open before anybody calls, as opossum is, and tells how long it was open', async () => {
      const { breaker, clock, prices, told } = await opened()
      const halfOpen = vi.fn()
      prices.on('halfOpen', halfOpen)
      await clock.advance(9_999)
      expect([prices.opened, halfOpen.mock.calls.length]).toEqual([true, 0])
      await clock.advance(1)
      expect([prices.opened, prices.halfOpen, prices.closed]).toEqual([false, true, false])
      expect(halfOpen.mock.calls).toEqual([[10_000]])
      expect([breaker.state, breaker.retryAfter]).toEqual(['open', 0])
      expect(told.join(' ')).toBe('fire failure open halfOpen')
    })

    test('a probe that fails opens it again, and one that succeeds closes it', async () => {
      const { clock, prices, told, timers, recover } = await opened()
      await clock.advance('10s')
      await prices.fire('A-1', 1).catch(() => {})
      expect([prices.opened, timers.size]).toEqual([true, 1])
      await clock.advance('10s')
      recover()
      await prices.fire('A-1', 1)
      expect([prices.closed, timers.size]).toEqual([true, 0])
      expect(told.join(' ')).toBe('fire failure open halfOpen fire failure open halfOpen fire close success')
    })

    test('tells once where a call comes before the timer', async () => {
      const { clock, breaker } = shop()
      const slow = new TestClock()
      const timers = timersOf(slow)
      const prices = opossumFacade(() => Promise.reject(new Error('down')), { breaker, clock: slow })
      const told = recorded(prices as never)
      await prices.fire().catch(() => {})
      await clock.advance('10s')
      expect([prices.opened, prices.halfOpen]).toEqual([false, true])
      await breaker.execute(() => 'up')
      expect([told.join(' '), timers.size]).toEqual(['fire failure open halfOpen close', 0])
    })

    test('looks again where its timer is of a clock that is fast', async () => {
      const { clock, breaker } = shop()
      const fast = new TestClock()
      const timers = timersOf(fast)
      const prices = opossumFacade(() => Promise.reject(new Error('down')), { breaker, clock: fast })
      await prices.fire().catch(() => {})
      await fast.advance('10s')
      expect([prices.opened, timers.size]).toEqual([true, 1])
      await clock.advance('10s')
      await fast.advance('10s')
      expect([prices.halfOpen, timers.size]).toEqual([true, 0])
    })

    test('sees a circuit that was open before', async () => {
      const { breaker, clock } = await opened()
      const other = opossumFacade(() => 1, { breaker, clock })
      const told = recorded(other as never)
      await clock.advance('10s')
      expect([other.halfOpen, told]).toEqual([true, ['halfOpen']])
    })

    test.each(['close', 'open', 'disable', 'shutdown'] as const)('%s leaves no timer', async (end) => {
      const { prices, timers } = await opened()
      expect(timers.size).toBe(1)
      prices[end]()
      expect(timers.size).toBe(0)
    })

    test('keeps no process alive', async () => {
      const { breaker } = shop(() => true)
      const clock = new TestClock()
      const schedule = vi.spyOn(clock, 'schedule')
      const prices = opossumFacade(() => Promise.reject(new Error('down')), { breaker, clock })
      await prices.fire().catch(() => {})
      expect(schedule.mock.calls.map(([, , options]) => options?.ref)).toEqual([false])
    })
  })

  describe('an opening', () => {
    const turn = () => new Promise((resolve) => setImmediate(resolve))

    test('is told after the timeout and the failure that it came of, and before the fallback', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
      const policy = pipeline(breaker, new Timeout({ timeout: '1s', clock }))
      const facade = opossumFacade(() => new Promise(() => {}), { breaker, policy, clock })
      const told = recorded(facade as never)
      facade.on('timeout', () => told.push('timeout'))
      const call = facade.fallback(() => 'old').fire()
      await clock.advance('1s')
      await call
      expect(told.join(' ')).toBe('fire timeout failure open fallback')
    })

    test('by the call of somebody else is told at once, or in the next turn where calls run', async () => {
      const { breaker, prices } = shop()
      const told = recorded(prices as never)
      await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
      expect(told).toEqual(['open'])

      const busy = opossumFacade(() => new Promise(() => {}), { breaker })
      prices.close()
      const heard = recorded(busy as never)
      void busy.fire()
      await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
      await turn()
      expect(heard).toEqual(['fire', 'open'])
    })

    test('is told before what the circuit does next, and before a shutdown', async () => {
      for (const next of ['close', 'shutdown'] as const) {
        const { breaker } = shop()
        const busy = opossumFacade(() => new Promise(() => {}), { breaker })
        const told = recorded(busy as never)
        busy.on('shutdown', () => told.push('shutdown'))
        void busy.fire()
        await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
        busy[next]()
        await turn()
        expect(told).toEqual(['fire', 'open', next])
      }
    })
  })

  test('is called as its breaker, and of the group that it names', () => {
    const { breaker, prices } = shop()
    const grouped = opossumFacade(() => 1, { breaker, group: 'shop' })
    expect([prices.name, grouped.name, grouped.group]).toEqual(['prices', 'prices', 'shop'])
  })

  test('after shutdown it takes no calls, and is told nothing', async () => {
    const { breaker, prices } = shop()
    const told = recorded(prices as never)
    const shutdown = vi.fn()
    prices.on('shutdown', shutdown)
    prices.shutdown()
    prices.shutdown()
    expect(shutdown).toHaveBeenCalledTimes(1)
    await expect(prices.fire('A-1', 1)).rejects.toMatchObject({ code: 'ESHUTDOWN' })
    breaker.isolate()
    prices.disable()
    prices.close()
    expect([prices.isShutdown, told]).toEqual([true, []])
  })

  test('once is told once, off no more, and a listener that throws changes nothing', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { prices } = shop()
    const once = vi.fn()
    const ended = vi.fn()
    prices
      .on('success', () => {
        throw new Error('no ink')
      })
      .once('success', once)
      .on('success', ended)
      .off('success', ended)
      .off('success', ended)
      .off('close', ended)
    expect([await prices.fire('A', 1), await prices.fire('B', 1)]).toEqual(['A 1', 'B 1'])
    expect([once.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0])
  })

  test('a listener that rejects is reported, and changes nothing', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { prices } = shop()
    prices.on('success', async () => Promise.reject(new Error('no ink')))
    expect(await prices.fire('A', 1)).toBe('A 1')
    await new Promise((resolve) => setImmediate(resolve))
    expect(warn).toHaveBeenCalledWith(
      "@base/opossum OpossumFacade: a listener of 'success' threw: Error: no ink",
      expect.objectContaining({ code: 'CALLBACK_THREW' }),
    )
  })

  test('a listener of another realm that rejects is reported, too', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { prices } = shop()
    prices.on('success', () => runInNewContext("Promise.reject(new Error('no ink'))"))
    expect(await prices.fire('A', 1)).toBe('A 1')
    await new Promise((resolve) => setImmediate(resolve))
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('refuses a listener that is no function', () => {
    const facade = opossumFacade(() => 1, { breaker: new CircuitBreaker() })
    for (const listener of [undefined, null, 'open', {}] as never[]) {
      expect(() => facade.on('open', listener)).toThrow('opossumFacade: listener must be a function')
      expect(() => facade.once('open', listener)).toThrow('listener must be a function')
    }
  })

  test('one listener may be registered for once and for always, and once stays once where it emits itself', async () => {
    const { prices } = shop()
    const both = vi.fn()
    prices.once('success', both).on('success', both)
    await prices.fire('A', 1)
    await prices.fire('B', 1)
    expect(both).toHaveBeenCalledTimes(3)

    const once = vi.fn()
    let isFirst = true
    prices
      .on('fire', () => {
        if (isFirst) {
          isFirst = false
          void prices.fire('C', 1)
        }
      })
      .once('fire', once)
    await prices.fire('D', 1)
    expect(once).toHaveBeenCalledTimes(1)
  })

  test('refuses a listener of what never comes', () => {
    const facade = opossumFacade(() => 1, { breaker: new CircuitBreaker() })
    for (const event of ['snapshot', 'cacheHit', 'healthCheckFailed', 'closed'] as never[]) {
      expect(() => facade.on(event, () => {})).toThrow(
        'opossumFacade: event must be one of "fire", "success"',
      )
      expect(() => facade.once(event, () => {})).toThrow('event must be')
      facade.off(event, () => {})
    }
  })

  test('refuses what is no action, breaker, policy, group, clock or fallback', () => {
    const breaker = new CircuitBreaker()
    expect(() => opossumFacade(7 as never, { breaker })).toThrow('action must be')
    for (const options of [{}, undefined])
      expect(() => opossumFacade(() => 1, options as never)).toThrow('breaker must be')
    expect(() => opossumFacade(() => 1, { breaker, policy: {} as never })).toThrow('policy must be')
    expect(() => opossumFacade(() => 1, { breaker, group: '' })).toThrow('group must be')
    expect(() => opossumFacade(() => 1, { breaker, clock: {} as never })).toThrow('clock must be')
    expect(() => opossumFacade(() => 1, { breaker }).fallback(7 as never)).toThrow('fallback must be')
  })
})
