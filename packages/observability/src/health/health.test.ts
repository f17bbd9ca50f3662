import { channel } from 'node:diagnostics_channel'
import { ConflictError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { createHealth, type HealthCheck } from './index.js'

const hangs = () => new Promise<never>(() => {})

function house(checks: Record<string, HealthCheck>) {
  const clock = new TestClock({ now: Date.UTC(2026, 0, 1) })
  return { clock, health: createHealth({ checks, clock }) }
}

/** The status of one check, and of its group. */
async function found(check: HealthCheck['check'], options: Partial<HealthCheck> = {}) {
  const { health } = house({ it: { ...options, check } })
  const report = await health.ready()
  return [report.status, report.checks['it']?.status, report.checks['it']?.output]
}

describe('a check', () => {
  test.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['true', true],
    ['the rows of a query', { rows: [{ status: 1 }] }],
    ['a row with a number as its status', { status: 7 }],
    ['a response that is ok', Response.json({})],
    ['the answer of Redis to a ping', 'PONG'],
    ...['OK', 'Ok.\n', 'UP', '', 'PostgreSQL 16.2', 'no errors'].map(
      (text) => [`the text '${text}'`, text] as const,
    ),
    ['a number', 0],
    ['a status', 'pass'],
    ['an outcome', { observedValue: 3 }],
  ])('passes with %s', async (_, value) => {
    expect(await found(() => value)).toEqual(['pass', 'pass', undefined])
  })

  test.each<[string, () => unknown, unknown[]]>([
    ['false', () => false, ['fail', 'fail', undefined]],
    ['an error that it returns', () => new RangeError('secret'), ['fail', 'fail', 'RangeError']],
    ['a response that is not ok', () => new Response(null, { status: 503 }), ['fail', 'fail', 'HTTP 503']],
    ['a status', () => 'warn', ['warn', 'warn', undefined]],
    ['an outcome', () => ({ status: 'warn', output: 'slow' }), ['warn', 'warn', 'slow']],
    [
      'a status of somebody else',
      () => ({ status: 'UP' }),
      ['fail', 'fail', 'The check gave a status other than pass, warn and fail.'],
    ],
    ...['down', 'Unhealthy\n', 'NOT OK', 'out_of_service', 'error'].map(
      (text): [string, () => string, unknown[]] => [`the text '${text}'`, () => text, ['fail', 'fail', text]],
    ),
    ['what is not ok, without a status', () => ({ ok: false, status: null }), ['fail', 'fail', undefined]],
    ['what is not ok', () => ({ ok: false, output: 'full' }), ['fail', 'fail', 'full']],
    [
      'an error of ours',
      () => Promise.reject(new ConflictError({ message: 'Two of them.' })),
      ['fail', 'fail', 'Two of them.'],
    ],
  ])('does not pass with %s', async (_, check, expected) => {
    expect(await found(check)).toEqual(expected)
  })

  test('that throws is no different from one that rejects, and its message may be secret', async () => {
    const secret = Object.assign(new Error('postgres://ada:secret@db'), { code: 'ECONNREFUSED' })
    const thrown = () => {
      throw secret
    }
    expect(await found(thrown)).toEqual(['fail', 'fail', 'ECONNREFUSED'])
    expect(await found(() => Promise.reject(new RangeError('secret')))).toEqual([
      'fail',
      'fail',
      'RangeError',
    ])
    expect(await found(() => Promise.reject(undefined))).toEqual(['fail', 'fail', 'Error'])
  })

  test('whose value or error throws when it is looked at fails', async () => {
    const hostile = new Proxy(
      {},
      {
        get: (_, key) => {
          if (key === 'then') return undefined
          throw new Error('hostile')
        },
      },
    )
    expect(await found(() => hostile)).toEqual(['fail', 'fail', 'Error'])
    expect(await found(() => Promise.reject(hostile))).toEqual(['fail', 'fail', 'Error'])
  })

  test('that is not critical is a warning of its group', async () => {
    expect(await found(() => false, { critical: false })).toEqual(['warn', 'fail', undefined])
  })

  test('says when it ended, how long it took, and what it measured', async () => {
    const { clock, health } = house({
      'db:latency': {
        check: async () => {
          await clock.sleep(40)
          return { observedValue: 40, observedUnit: 'ms' }
        },
      },
    })
    const report = health.ready()
    await clock.advance(40)
    expect((await report).checks['db:latency']).toEqual({
      status: 'pass',
      critical: true,
      time: '2026-01-01T00:00:00.040Z',
      duration: 40,
      observedValue: 40,
      observedUnit: 'ms',
    })
  })
})

describe('the time of a check', () => {
  test('is limited: 800 ms, after which its signal aborts and it has failed', async () => {
    let reason: unknown
    const { clock, health } = house({
      it: {
        check: (signal) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
          })
          return hangs()
        },
      },
    })
    const report = health.ready()
    await clock.advance(799)
    expect(reason).toBeUndefined()
    await clock.advance(1)
    expect((await report).checks['it']?.output).toBe('The check took longer than 800ms.')
    expect(reason).toMatchObject({ code: 'TIMEOUT' })
    expect(clock.pending).toBe(0)
  })

  test('is shared with the others of its group, not added to theirs', async () => {
    const slow = { check: () => clock.sleep(500) }
    const clock = new TestClock()
    const health = createHealth({ checks: { a: slow, b: slow, c: slow }, clock })
    const from = clock.monotonic()
    const report = health.ready()
    await clock.advance(500)
    expect((await report).status).toBe('pass')
    expect(clock.monotonic() - from).toBe(500)
  })

  test('a check that hangs is not started again before it has ended', async () => {
    let end: (() => void) | undefined
    const check = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          end = resolve
        }),
    )
    const { clock, health } = house({ it: { check, timeout: '1s' } })
    const first = health.ready()
    await clock.advance(1_000)
    await first
    await clock.advance(4_000)
    expect((await health.ready()).checks['it']?.output).toBe('A run that began 5s ago has not ended.')
    expect(check).toHaveBeenCalledTimes(1)
    end?.()
    await clock.advance(0)
    const after = health.ready()
    end?.()
    expect((await after).status).toBe('pass')
    expect(check).toHaveBeenCalledTimes(2)
  })

  test('an error after the timeout is dropped', async () => {
    const { clock, health } = house({
      it: {
        check: async () => {
          await clock.sleep(900)
          throw new Error('late')
        },
      },
    })
    const report = health.ready()
    await clock.advance(900)
    expect((await report).status).toBe('fail')
  })
})

describe('the body of a response that a check returns', () => {
  function response(status = 200) {
    const cancel = vi.fn(() => Promise.reject(new Error('gone')))
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)), cancel })
    return { cancel, response: new Response(body, { status }) }
  }

  test.each([200, 503])('is cancelled, for it holds a connection (%i)', async (status) => {
    const { cancel, response: answer } = response(status)
    await found(() => answer)
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test('is cancelled also where it comes after the timeout', async () => {
    const { cancel, response: answer } = response()
    const late = async () => {
      await clock.sleep(900)
      return answer
    }
    const { clock, health } = house({ it: { check: late } })
    const report = health.ready()
    await clock.advance(900)
    expect([(await report).status, cancel.mock.calls.length]).toEqual(['fail', 1])
  })

  test('is left to whoever reads it', async () => {
    const { cancel, response: answer } = response()
    const reader = answer.body?.getReader()
    expect(await found(() => answer)).toEqual(['pass', 'pass', undefined])
    reader?.releaseLock()
    const read = Response.json({})
    await read.json()
    expect(await found(() => read)).toEqual(['pass', 'pass', undefined])
    expect(cancel).not.toHaveBeenCalled()
  })
})

describe('runs of a check', () => {
  test('are shared by those who ask at once, in whatever group', async () => {
    const check = vi.fn(() => clock.sleep(10))
    const clock = new TestClock()
    const health = createHealth({ checks: { it: { check, groups: ['ready', 'live', 'deep'] } }, clock })
    const all = Promise.all([health.ready(), health.live(), health.group('deep'), health.ready()])
    await clock.advance(10)
    expect((await all).map(({ status }) => status)).toEqual(['pass', 'pass', 'pass', 'pass'])
    expect(check).toHaveBeenCalledTimes(1)
    expect(new Set(await all).size).toBe(4)
  })

  test('are shared by a check that asks for its own group too, and so waits for itself', async () => {
    const check = vi.fn((): Promise<unknown> => health.ready())
    const clock = new TestClock()
    const health = createHealth({ checks: { it: { check } }, clock })
    const report = health.ready()
    await clock.advance('800ms')
    expect((await report).checks['it']?.output).toBe('The check took longer than 800ms.')
    expect(check).toHaveBeenCalledTimes(1)
  })

  test('are not repeated within the ttl, whatever they found', async () => {
    const check = vi.fn(() => false)
    const { clock, health } = house({ it: { check, ttl: '5s' } })
    for (const elapsed of [0, 4_999]) {
      await clock.advance(elapsed)
      expect((await health.ready()).status).toBe('fail')
    }
    expect(check).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    await health.ready()
    expect(check).toHaveBeenCalledTimes(2)
  })

  test('are told to each who asks in a report of his own', async () => {
    const { health } = house({ it: { check: () => 'warn', ttl: '5s', groups: ['ready', 'startup'] } })
    health.started()
    const scribbled = [await health.ready(), await health.startup()]
    for (const report of scribbled) {
      Object.assign(report, { status: 'fail' })
      Object.assign(report.checks['it'] ?? {}, { status: 'fail', leaked: true })
    }
    for (const report of [await health.ready(), await health.startup()]) {
      expect(report).toMatchObject({ status: 'warn', checks: { it: { status: 'warn' } } })
      expect(report.checks['it']).not.toHaveProperty('leaked')
    }
  })

  test('are repeated for each who asks later, without a ttl', async () => {
    const check = vi.fn()
    const { health } = house({ it: { check } })
    await health.ready()
    await health.ready()
    expect(check).toHaveBeenCalledTimes(2)
  })

  test('go on for the others when one who waits leaves', async () => {
    const { clock, health } = house({ it: { check: () => clock.sleep(10) } })
    const controller = new AbortController()
    const left = health.ready({ signal: controller.signal })
    const stayed = health.ready()
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(left).rejects.toBe(reason)
    await clock.advance(10)
    expect((await stayed).status).toBe('pass')
    await expect(health.ready({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('take the signal of a polyfill', async () => {
    const { health } = house({})
    const reason = new Error('gone')
    const signalOf = (aborted: boolean) => Object.assign(new EventTarget(), { aborted, reason }) as never
    expect((await health.ready({ signal: signalOf(false) })).status).toBe('pass')
    await expect(health.ready({ signal: signalOf(true) })).rejects.toBe(reason)
  })

  test('leave no listener on the signal of who waited', async () => {
    const { health } = house({ it: { check: () => true } })
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    await health.ready({ signal })
    expect(remove).toHaveBeenCalledTimes(1)
  })
})

describe('groups', () => {
  test('hold what was put into them; ready is where a check is without a word', async () => {
    const check = () => true
    const { health } = house({
      a: { check },
      b: { check, groups: ['live'] },
      c: { check, groups: ['deep', 'startup'] },
    })
    const names = async (group: string) => Object.keys((await health.group(group)).checks)
    expect([await names('ready'), await names('live'), await names('deep'), await names('startup')]).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['c'],
    ])
  })

  test('one that no check is in is refused, but for the three', async () => {
    const { health } = house({ a: { check: () => true, groups: ['deep'] } })
    await expect(health.group('depe')).rejects.toMatchObject({
      message:
        '@base/observability createHealth: group must be one of "live", "ready", "startup", "deep", received "depe".',
    })
    expect((await health.live()).status).toBe('pass')
  })

  test('a warning does not hide a failure, nor the other way round', async () => {
    const { health } = house({
      a: { check: () => 'warn' },
      b: { check: () => false },
      c: { check: () => true },
    })
    expect((await health.ready()).status).toBe('fail')
  })
})

describe('a service', () => {
  test('has started once it says so and its checks have passed; that stays so', async () => {
    let isWarm = false
    const { health } = house({ warm: { check: () => isWarm, groups: ['startup'] } })
    expect(await health.startup()).toMatchObject({ status: 'fail', notes: ['The service has not started.'] })
    health.started()
    expect(await health.startup()).toMatchObject({ status: 'fail' })
    isWarm = true
    expect(await health.startup()).toMatchObject({ status: 'pass' })
    isWarm = false
    expect((await health.startup()).status).toBe('pass')
    const signal = AbortSignal.abort('gone')
    await expect(health.startup({ signal })).rejects.toBe('gone')
  })

  test('that shuts down is alive and has started, but is not ready', async () => {
    const { health } = house({})
    health.started()
    health.beginShutdown()
    expect([await health.live(), await health.startup()]).toMatchObject([
      { status: 'pass' },
      { status: 'pass' },
    ])
    expect(await health.ready()).toEqual({
      status: 'fail',
      checks: {},
      notes: ['The service is shutting down.'],
    })
  })

  test('that begins to shut down while its checks run is not ready either', async () => {
    const { clock, health } = house({ it: { check: () => clock.sleep(10) } })
    const report = health.ready()
    health.beginShutdown()
    await clock.advance(10)
    expect((await report).status).toBe('fail')
  })
})

describe('changes', () => {
  test('are told, with the whole error; that a check passes at first is none', async () => {
    let error: Error | undefined
    const { health } = house({
      it: {
        check: () => {
          if (error !== undefined) throw error
        },
      },
    })
    const heard: unknown[] = []
    const published: unknown[] = []
    const off = health.on('change', (change) => heard.push(change))
    const subscribe = (message: unknown) => published.push(message)
    channel('base:observability:health:change').subscribe(subscribe)
    await health.ready()
    error = new Error('whole')
    await health.ready()
    await health.ready()
    const down = { name: 'it', status: 'fail', previous: 'pass', error }
    error = undefined
    await health.ready()
    const up = { name: 'it', status: 'pass', previous: 'fail', error: undefined }
    expect(heard).toEqual([down, up])
    expect(published).toEqual(heard)
    channel('base:observability:health:change').unsubscribe(subscribe)
    off()
  })

  test('a first failure is one', async () => {
    const { health } = house({ it: { check: () => false } })
    const heard = vi.fn()
    health.on('change', heard)
    await health.ready()
    expect(heard).toHaveBeenCalledWith({ name: 'it', status: 'fail', previous: undefined, error: undefined })
  })
})

describe('options', () => {
  const check = () => true
  test.each<[string, unknown, string]>([
    ['checks that are a list', [], 'checks must be an object of checks by name'],
    ['a check that is a function', { it: check }, 'checks.it must be an object with a function check'],
    ['a check without one', { it: {} }, 'checks.it.check must be a function'],
    ['a timeout of 0', { it: { check, timeout: 0 } }, 'checks.it.timeout must be'],
    ['a ttl below 0', { it: { check, ttl: -1 } }, 'checks.it.ttl must be'],
    ['groups that are a text', { it: { check, groups: 'live' } }, 'checks.it.groups must be an array'],
    ['no group', { it: { check, groups: [] } }, 'checks.it.groups must be an array'],
    ['a group without a name', { it: { check, groups: [''] } }, 'checks.it.groups must be a text'],
    [
      'critical that is a text',
      { it: { check, critical: 'no' } },
      'checks.it.critical must be true or false',
    ],
    ['a name without letters', { '': { check } }, 'checks must be names that are not empty'],
    ['a name with two colons', { 'a:b:c': { check } }, 'checks must be names that are not empty'],
  ])('refuses %s', (_, checks, message) => {
    expect(() => createHealth({ checks: checks as never })).toThrow(message)
  })

  test('a function is taken for a check that was put in its place', () => {
    expect(() => createHealth({ checks: { it: check } as never })).toThrow('checks.it')
  })

  test.each([
    ['a Map', new Map([['it', { check }]])],
    ['a list', [{ check }]],
  ])('%s in place of the checks is refused, for it would hold none', (_, checks) => {
    expect(() => createHealth({ checks: checks as never })).toThrow('checks must be an object of checks')
  })
})
