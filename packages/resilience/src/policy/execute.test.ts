import { describe, expect, test } from 'vitest'
import { Retry } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'

/** What the polyfills have that came before `reason` and `throwIfAborted` did. */
class OldSignal {
  aborted = false
  reason: unknown
  readonly listeners = new Set<() => void>()

  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener)
  }

  abort(reason: unknown): void {
    this.aborted = true
    this.reason = reason
    for (const listener of this.listeners) listener()
  }
}

describe('a signal of a polyfill, which has no throwIfAborted', () => {
  test('lets a call through, and leaves nothing behind', async () => {
    const signal = new OldSignal()
    expect(await new Retry().execute(() => 'up', { signal: signal as never })).toBe('up')
    expect(signal.listeners.size).toBe(0)
  })

  test('ends a call that waits, and one that has not begun', async () => {
    const signal = new OldSignal()
    const reason = new Error('not wanted')
    const call = () =>
      new Timeout({ timeout: '1h' }).execute(() => new Promise(() => {}), { signal: signal as never })
    const waiting = call()
    signal.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(call()).rejects.toBe(reason)
    expect(signal.listeners.size).toBe(0)
  })
})
