import { afterEach, describe, expect, test, vi } from 'vitest'
import { TestClock } from '../testing/index.js'
import { type Component, createLifecycle, type LifecycleContext, type LifecycleOptions } from './index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A lifecycle without signals on a clock of its own, and a log of what its parts do. */
function house(options: LifecycleOptions = {}) {
  const clock = new TestClock()
  const log: string[] = []
  const lifecycle = createLifecycle({ clock, signals: [], ...options })
  const part = (name: string, more: Partial<Component> = {}): Component => ({
    name,
    start: () => log.push(`start ${name}`),
    stop: () => log.push(`stop ${name}`),
    ...more,
  })
  return { clock, lifecycle, log, part }
}

const hang = () => new Promise<never>(() => {})

describe('a lifecycle', () => {
  test('starts in the order of adding and stops in reverse', async () => {
    const { lifecycle, log, part } = house()
    lifecycle.add(part('database')).add(part('http'))
    expect(lifecycle.state).toBe('idle')

    await lifecycle.start()
    expect(lifecycle.state).toBe('running')
    await lifecycle.stop()
    expect(lifecycle.state).toBe('stopped')
    expect(log).toEqual(['start database', 'start http', 'stop http', 'stop database'])
  })

  test('starts what a part depends on before it, wherever it was added', async () => {
    const { lifecycle, log, part } = house()
    lifecycle
      .add(part('http', { dependsOn: ['cache', 'database'] }))
      .add(part('database'))
      .add(part('cache', { dependsOn: ['database'] }))
    await lifecycle.start()
    await lifecycle.stop()

    expect(log).toEqual([
      'start database',
      'start cache',
      'start http',
      'stop http',
      'stop cache',
      'stop database',
    ])
  })

  test('waits for one part before it starts the next', async () => {
    const { clock, lifecycle, log, part } = house()
    lifecycle.add({ name: 'slow', start: () => clock.sleep('1s') }).add(part('http'))
    const starting = lifecycle.start()
    await clock.advance('999ms')
    expect([lifecycle.state, ...log]).toEqual(['starting'])
    await clock.advance('1ms')
    await starting

    expect(log).toEqual(['start http'])
  })

  test('starts once and stops once, however often it is told', async () => {
    const { lifecycle, log, part } = house()
    lifecycle.add(part('http'))
    await Promise.all([lifecycle.start(), lifecycle.start()])
    await Promise.all([lifecycle.stop(), lifecycle.stop(), lifecycle[Symbol.asyncDispose]()])

    expect(log).toEqual(['start http', 'stop http'])
  })

  test('starts a part once that asks for the start again', async () => {
    const { lifecycle, log, part } = house()
    let again: Promise<void> | undefined
    const start = () => {
      log.push('start http')
      again ??= lifecycle.start()
    }
    const starting = lifecycle.add(part('http', { start })).start()
    await starting

    expect(log).toEqual(['start http'])
    expect(again).toBe(starting)
  })

  test('does not live twice', async () => {
    const { lifecycle } = house()
    await lifecycle.stop()

    expect(lifecycle.state).toBe('stopped')
    await expect(lifecycle.start()).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('takes no part once it has started', async () => {
    const { lifecycle, part } = house()
    await lifecycle.start()

    expect(() => lifecycle.add(part('late'))).toThrow("'late' is added after the start.")
  })

  test('calls the methods of a component as methods', async () => {
    class Server {
      readonly name = 'server'
      up = false
      start() {
        this.up = true
      }
      stop() {
        this.up = false
      }
    }
    const { lifecycle } = house()
    const server = new Server()
    lifecycle.add(server)
    await lifecycle.start()
    expect(server.up).toBe(true)
    await lifecycle.stop()
    expect(server.up).toBe(false)
  })
})

describe('a start that fails', () => {
  test('stops what has started, and its error comes through untouched', async () => {
    const { lifecycle, log, part } = house()
    const error = new Error('port taken')
    lifecycle
      .add(part('database'))
      .add(part('cache'))
      .add(part('http', { start: () => Promise.reject(error) }))

    await expect(lifecycle.start()).rejects.toBe(error)
    expect(lifecycle.state).toBe('failed')
    expect(log).toEqual(['start database', 'start cache', 'stop cache', 'stop database'])
    await lifecycle.stop()
    expect(log).toHaveLength(4)
  })

  test('warns of what then cannot be stopped', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { lifecycle, part } = house()
    const broken = () => {
      throw new Error('stuck')
    }
    lifecycle
      .add(part('database', { stop: broken }))
      .add({ name: 'http', start: () => Promise.reject(new Error('port')) })

    await expect(lifecycle.start()).rejects.toThrow('port')
    expect(warned).toHaveBeenCalledWith('AggregateError: Stopping failed for: database.')
  })
})

describe('a stop while it starts', () => {
  test('aborts the start, waits for it, and stops what has started', async () => {
    const { clock, lifecycle, log, part } = house()
    lifecycle
      .add(part('database'))
      .add({
        name: 'slow',
        start: ({ signal }) => clock.sleep('1h', { signal }),
        stop: () => log.push('stop slow'),
      })
      .add(part('http'))
    const starting = lifecycle.start()
    starting.catch(() => {})
    await clock.advance('1s')
    const stopping = lifecycle.stop()
    expect(lifecycle.state).toBe('stopping')
    await stopping

    await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(lifecycle.state).toBe('stopped')
    expect(log).toEqual(['start database', 'stop database'])
  })

  test('rejects the start only when all is stopped, for who awaits it may end the process', async () => {
    const { clock, lifecycle, log, part } = house()
    lifecycle
      .add(part('database', { stop: () => clock.sleep('1s').then(() => log.push('database stopped')) }))
      .add({ name: 'slow', start: ({ signal }) => clock.sleep('1h', { signal }) })
    const starting = lifecycle.start().catch(() => log.push('start rejected'))
    await clock.advance('1s')
    const stopping = lifecycle.stop()
    await clock.advance('1s')
    await Promise.all([starting, stopping])

    expect(log).toEqual(['start database', 'database stopped', 'start rejected'])
  })

  test('stops a part whose start went through all the same', async () => {
    const { clock, lifecycle, log, part } = house()
    lifecycle.add(part('deaf', { start: () => clock.sleep('1s') })).add(part('http'))
    const starting = lifecycle.start()
    starting.catch(() => {})
    await clock.advance(0)
    const stopping = lifecycle.stop()
    await clock.advance('1s')
    await stopping

    expect(log).toEqual(['stop deaf'])
  })

  test('stops the first part too, where that asks for it', async () => {
    const { lifecycle, log, part } = house()
    const start = async () => {
      lifecycle.stop()
      await null
      log.push('start http')
    }
    lifecycle.add(part('http', { start }))

    await expect(lifecycle.start()).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(log).toEqual(['start http', 'stop http'])
    expect(lifecycle.state).toBe('stopped')
  })

  test('starts nothing, where it comes right after the start', async () => {
    const { lifecycle, log, part } = house()
    const starting = lifecycle.add(part('http')).start()
    const stopping = lifecycle.stop()

    await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' })
    await stopping
    expect(log).toEqual([])
  })

  test('is one stop, also where the start that it aborts asks for it again', async () => {
    const { clock, lifecycle } = house()
    let again: Promise<void> | undefined
    lifecycle.add({
      name: 'http',
      start: ({ signal }) => {
        signal.addEventListener('abort', () => {
          again = lifecycle.stop()
        })
        return clock.sleep('1h', { signal })
      },
    })
    lifecycle.start().catch(() => {})
    await clock.advance(0)
    const stopping = lifecycle.stop()
    await stopping

    expect(again).toBe(stopping)
  })

  /** A part whose start takes a minute and hears no signal, in a service that has given up on it after 10 seconds. */
  async function givenUp(more: Partial<Component> = {}) {
    const all = house({ shutdownTimeout: '10s' })
    const { clock, lifecycle, part } = all
    lifecycle.add(part('database')).add(part('http', { start: () => clock.sleep('1m'), ...more }))
    const starting = lifecycle.start()
    starting.catch(() => {})
    await clock.advance(0)
    const stopping = lifecycle.stop()
    stopping.catch(() => {})
    await clock.advance('10s')
    return { ...all, starting, stopping }
  }

  test('names a start that hangs, and ends it', async () => {
    const { lifecycle, log, starting, stopping } = await givenUp({ start: hang })

    await expect(stopping).rejects.toThrow(
      "The service did not stop within 10s: 'http' hangs; not stopped: database.",
    )
    await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' })
    expect([lifecycle.state, ...log]).toEqual(['failed', 'start database'])
  })

  test('stops a part whose start goes through after the deadline', async () => {
    const { clock, log } = await givenUp()
    await clock.advance('1m')

    expect(log).toEqual(['start database', 'stop http'])
    expect(clock.pending).toBe(0)
  })

  test('warns where that part then cannot be stopped', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { clock } = await givenUp({ stop: () => Promise.reject(new Error('stuck')) })
    await clock.advance('1m')

    expect(warned).toHaveBeenCalledWith('AggregateError: Stopping failed for: http.')
  })
})

describe('stopping', () => {
  test('goes on past a part that fails, and names it', async () => {
    const { lifecycle, log, part } = house()
    const error = new Error('stuck')
    lifecycle.add(part('database')).add(part('http', { stop: () => Promise.reject(error) }))
    await lifecycle.start()
    const failure = await lifecycle.stop().catch((e: unknown) => e)

    expect(failure).toBeInstanceOf(AggregateError)
    expect(failure).toMatchObject({ message: 'Stopping failed for: http.', errors: [error] })
    expect(log).toContain('stop database')
    expect(lifecycle.state).toBe('failed')
  })

  test('ends at the deadline, and reports what hung and what was not stopped for it', async () => {
    const { clock, lifecycle, part } = house({ shutdownTimeout: '10s' })
    lifecycle
      .add(part('database'))
      .add(part('cache'))
      .add(part('http', { stop: hang }))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    stopping.catch(() => {})
    await clock.advance('9999ms')
    expect(lifecycle.state).toBe('stopping')
    await clock.advance('1ms')

    await expect(stopping).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: "The service did not stop within 10s: 'http' hangs; not stopped: cache, database.",
      details: { hung: ['http'], notStopped: ['cache', 'database'], failed: [] },
    })
    expect([lifecycle.state, clock.pending]).toEqual(['failed', 0])
  })

  test.each([
    ['50ms', 45],
    ['10s', 9_000],
    ['30s', 29_000],
  ])('aborts its signal before the %s are over', async (shutdownTimeout, at) => {
    const { clock, lifecycle } = house({ shutdownTimeout: shutdownTimeout as '10s' })
    let told: AbortSignal | undefined
    const stop = ({ signal }: LifecycleContext) => {
      told = signal
      return hang()
    }
    await lifecycle.add({ name: 'http', stop }).start()
    lifecycle.stop().catch(() => {})
    await clock.advance(at - 1)
    expect(told?.aborted).toBe(false)
    await clock.advance(1)

    expect(told).toMatchObject({ aborted: true, reason: { code: 'TIMEOUT' } })
  })

  test('goes on past a part that ends when its signal aborts, and has stopped in time', async () => {
    const { clock, lifecycle, log, part } = house({ shutdownTimeout: '10s' })
    const stop = ({ signal }: LifecycleContext) =>
      new Promise((resolve) => signal.addEventListener('abort', resolve))
    lifecycle
      .add(part('database', { stop: () => log.push('stop database') }))
      .add(part('admin', { stop }))
      .add(part('http', { stop }))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    await clock.advance('9s')
    await stopping

    expect(log).toContain('stop database')
    expect([lifecycle.state, clock.pending]).toEqual(['stopped', 0])
  })

  test('goes on past a part that fails by its signal, and names it as one that hung', async () => {
    const { clock, lifecycle, log, part } = house({ shutdownTimeout: '10s' })
    lifecycle
      .add(part('database'))
      .add(part('cache', { stop: ({ signal }) => clock.sleep(1, { signal }) }))
      .add(part('http', { stop: ({ signal }) => clock.sleep('1h', { signal }) }))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    stopping.catch(() => {})
    await clock.advance('9s')

    await expect(stopping).rejects.toMatchObject({
      message: "The service did not stop within 10s: 'http' hangs.",
      details: { hung: ['http'], notStopped: [], failed: ['cache'] },
    })
    expect(log).toContain('stop database')
    expect(clock.pending).toBe(0)
  })

  test('tells the error of a part that fails by itself in the last second, which did not hang', async () => {
    const { clock, lifecycle, part } = house({ shutdownTimeout: '10s' })
    const full = new Error('disk full')
    const stop = () =>
      clock.sleep('9500ms').then(() => {
        throw full
      })
    lifecycle.add(part('outbox', { stop }))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    stopping.catch(() => {})
    await clock.advance('10s')

    await expect(stopping).rejects.toMatchObject({ message: 'Stopping failed for: outbox.', errors: [full] })
  })

  test('names each that hangs', async () => {
    const { clock, lifecycle, part } = house({ shutdownTimeout: '10s' })
    lifecycle
      .add(part('cache'))
      .add(part('database', { stop: hang }))
      .add(part('http', { stop: ({ signal }) => clock.sleep('1h', { signal }) }))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    stopping.catch(() => {})
    await clock.advance('10s')

    await expect(stopping).rejects.toThrow("within 10s: 'http', 'database' hang; not stopped: cache.")
  })

  test('stops no further part after the deadline', async () => {
    const { clock, lifecycle, log, part } = house({ shutdownTimeout: '10s' })
    lifecycle.add(part('database')).add(part('http', { stop: () => clock.sleep('20s') }))
    await lifecycle.start()
    lifecycle.stop().catch(() => {})
    await clock.advance('1m')

    expect(log).not.toContain('stop database')
  })

  test('waits drainDelay first, in which the service still runs but is not ready', async () => {
    const { clock, lifecycle, log, part } = house({ drainDelay: '5s' })
    lifecycle.add(part('http'))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    await clock.advance('4999ms')
    expect([lifecycle.state, ...log]).toEqual(['stopping', 'start http'])
    await clock.advance('1ms')
    await stopping

    expect(log).toEqual(['start http', 'stop http'])
  })

  test('does not abort the signal of a start that is over, with which a server may listen', async () => {
    const { lifecycle, part } = house()
    let listening: AbortSignal | undefined
    lifecycle.add(
      part('http', {
        start: ({ signal }) => {
          listening = signal
        },
      }),
    )
    await lifecycle.start()
    await lifecycle.stop()

    expect(listening?.aborted).toBe(false)
  })

  test('does not drain what never ran', async () => {
    const { clock, lifecycle } = house({ drainDelay: '5s' })
    await lifecycle.stop()

    expect(clock.monotonic()).toBe(0)
  })

  test('stops what has started, though the drain delay takes nearly all of the time', async () => {
    const { clock, lifecycle, log, part } = house({ drainDelay: 9_999, shutdownTimeout: '10s' })
    lifecycle.add(part('http'))
    await lifecycle.start()
    const stopping = lifecycle.stop()
    await clock.advance('10s')
    await stopping

    expect(log.at(-1)).toBe('stop http')
    expect(clock.pending).toBe(0)
  })
})

describe('signals', () => {
  test('have no handler before the start, and none after the end', async () => {
    const counts = () => [process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')]
    const before = counts()
    const lifecycle = createLifecycle()
    expect(counts()).toEqual(before)
    await lifecycle.start()
    expect(counts()).toEqual(before.map((count) => count + 1))
    await lifecycle.stop()
    expect(counts()).toEqual(before)
  })

  test('have one handler each, however often they are named', async () => {
    const before = process.listenerCount('SIGTERM')
    const lifecycle = createLifecycle({ signals: ['SIGTERM', 'SIGTERM'] })
    await lifecycle.start()
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    await lifecycle.stop()
  })

  test('have no handler after a start that failed', async () => {
    const before = process.listenerCount('SIGTERM')
    const lifecycle = createLifecycle().add({ name: 'http', start: () => Promise.reject(new Error('port')) })
    await lifecycle.start().catch(() => {})

    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})

describe('wrong options', () => {
  test.each<[string, () => unknown, string]>([
    ['no time', () => createLifecycle({ shutdownTimeout: 0 }), 'shutdownTimeout must be more than 0'],
    ['a drain delay below 0', () => createLifecycle({ drainDelay: -1 }), 'drainDelay must be at least 0'],
    [
      'a drain delay after which nothing could stop any more',
      () => createLifecycle({ drainDelay: '30s' }),
      'drainDelay must be shorter than shutdownTimeout, received "30s"',
    ],
    [
      'a signal that is none',
      () => createLifecycle({ signals: ['TERM'] }),
      "signals must be an array of names such as 'SIGTERM'",
    ],
    ...['SIGKILL', 'SIGSTOP', 'SIGSEGV', 'SIGTREM'].map((signal): [string, () => unknown, string] => [
      `the signal ${signal}`,
      () => createLifecycle({ signals: ['SIGTERM', signal] }),
      `signals must be an array of names such as 'SIGTERM', of signals that can be handled, received "${signal}".`,
    ]),
    [
      'no name',
      () => createLifecycle().add({ name: '' }),
      'name must be a text that is not empty, received ""',
    ],
    [
      'a taken name',
      () => createLifecycle().add({ name: 'a' }).add({ name: 'a' }),
      'name must be unique, received "a"',
    ],
    [
      'no component',
      () => createLifecycle().add(undefined as never),
      'component must be an object with a name',
    ],
    [
      'a dependency that is no list',
      () => createLifecycle().add({ name: 'a', dependsOn: 'db' as never }),
      `dependsOn of 'a' must be an array of names, received "db"`,
    ],
    [
      'a clock that is none',
      () => createLifecycle({ clock: {} as never }),
      'clock must be an object with the methods schedule, sleep, received an object',
    ],
    [
      'no function',
      () => createLifecycle().add({ name: 'a', start: 5 as never }),
      "start of 'a' must be a function, received 5",
    ],
  ])('%s: refused', (_, make, message) => {
    expect(make).toThrow(`@base/core Lifecycle: ${message}`)
  })

  test('an unknown dependency: refused before anything starts', async () => {
    const { lifecycle, log, part } = house()
    lifecycle.add(part('database')).add(part('http', { dependsOn: ['cache'] }))

    await expect(lifecycle.start()).rejects.toThrow(
      'dependsOn of \'http\' must be names of added components, received "cache".',
    )
    expect(log).toEqual([])
  })

  test('a cycle: refused with its path', async () => {
    const { lifecycle, part } = house()
    lifecycle.add(part('a', { dependsOn: ['b'] })).add(part('b', { dependsOn: ['a'] }))

    await expect(lifecycle.start()).rejects.toThrow('dependsOn must be free of cycles, received "a → b → a".')
  })
})
