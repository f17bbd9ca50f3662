import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, type CircuitState } from './index.js'

const PAUSE = 10_000

/** How a breaker gets into each state. */
const states: Record<CircuitState, (breaker: CircuitBreaker, clock: TestClock) => Promise<void>> = {
  closed: async () => {},
  open: async (breaker) => {
    await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
  },
  half_open: async (breaker, clock) => {
    await states.open(breaker, clock)
    await clock.advance(PAUSE)
    await breaker.execute(() => Promise.reject(new Error('ignored'))).catch(() => {})
  },
  isolated: async (breaker) => {
    breaker.isolate()
  },
  disabled: async (breaker) => {
    breaker.disable()
  },
}

/** What may happen to it. */
const events: Record<string, (breaker: CircuitBreaker, clock: TestClock) => unknown> = {
  success: (breaker) => breaker.execute(() => 'up').catch(() => {}),
  failure: (breaker) => breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {}),
  'ignored error': (breaker) => breaker.execute(() => Promise.reject(new Error('ignored'))).catch(() => {}),
  'aborted call': (breaker) => {
    const controller = new AbortController()
    const call = breaker.execute(
      async () => {
        controller.abort()
        throw new Error('down')
      },
      { signal: controller.signal },
    )
    return call.catch(() => {})
  },
  'the pause passes': (_, clock) => clock.advance(PAUSE),
  'the pause passes, then a success': async (breaker, clock) => {
    await clock.advance(PAUSE)
    await breaker.execute(() => 'up').catch(() => {})
  },
  isolate: (breaker) => {
    breaker.isolate()
  },
  'isolate, then release': (breaker) => breaker.isolate()(),
  disable: (breaker) => breaker.disable(),
  close: (breaker) => breaker.close(),
}

const table: Record<keyof typeof events, Record<CircuitState, CircuitState>> = {
  success: {
    closed: 'closed',
    open: 'open',
    half_open: 'closed',
    isolated: 'isolated',
    disabled: 'disabled',
  },
  failure: { closed: 'open', open: 'open', half_open: 'open', isolated: 'isolated', disabled: 'disabled' },
  'ignored error': {
    closed: 'closed',
    open: 'open',
    half_open: 'half_open',
    isolated: 'isolated',
    disabled: 'disabled',
  },
  'aborted call': {
    closed: 'closed',
    open: 'open',
    half_open: 'half_open',
    isolated: 'isolated',
    disabled: 'disabled',
  },
  'the pause passes': {
    closed: 'closed',
    open: 'open',
    half_open: 'half_open',
    isolated: 'isolated',
    disabled: 'disabled',
  },
  'the pause passes, then a success': {
    closed: 'closed',
    open: 'closed',
    half_open: 'closed',
    isolated: 'isolated',
    disabled: 'disabled',
  },
  isolate: {
    closed: 'isolated',
    open: 'isolated',
    half_open: 'isolated',
    isolated: 'isolated',
    disabled: 'isolated',
  },
  'isolate, then release': {
    closed: 'closed',
    open: 'closed',
    half_open: 'closed',
    isolated: 'isolated',
    disabled: 'closed',
  },
  disable: {
    closed: 'disabled',
    open: 'disabled',
    half_open: 'disabled',
    isolated: 'disabled',
    disabled: 'disabled',
  },
  close: { closed: 'closed', open: 'closed', half_open: 'closed', isolated: 'closed', disabled: 'closed' },
}

describe.each(Object.keys(states) as CircuitState[])('a circuit that is %s', (from) => {
  test.each(Object.keys(events))('%s', async (event) => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      failureThreshold: 1,
      recoveryTimeout: PAUSE,
      isFailure: (error) => (error as Error).message !== 'ignored',
      clock,
    })
    await states[from](breaker, clock)
    expect(breaker.state).toBe(from)
    const changes: string[] = []
    breaker.on('stateChange', ({ from: before, to }) => changes.push(`${before} ${to}`))
    await events[event]?.(breaker, clock)

    expect(breaker.state).toBe(table[event]?.[from])
    // The same state again is no change; a change is told once.
    expect(changes.filter((change) => change.split(' ')[0] === change.split(' ')[1])).toEqual([])
    if (changes.length === 0) expect(table[event]?.[from]).toBe(from)
  })
})
