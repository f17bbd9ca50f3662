import { getEventListeners } from 'node:events'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { untilAborted } from './index.js'

describe('untilAborted', () => {
  test('gives what the promise gives, or fails as it does', async () => {
    const { signal } = new AbortController()
    for (const given of [signal, undefined]) {
      expect(await untilAborted(Promise.resolve(7), given)).toBe(7)
      const failure = new Error('no')
      await expect(untilAborted(Promise.reject(failure), given)).rejects.toBe(failure)
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('has left the signal when the outcome is there', async () => {
    const { signal } = new AbortController()
    await untilAborted(Promise.resolve(7), signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await untilAborted(Promise.reject(new Error('no')), signal).catch(() => {})
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('takes whatever has a then, such as a query builder, which begins there', async () => {
    const sent: string[] = []
    const query = (sql: string): PromiseLike<string[]> => ({
      // biome-ignore lint/suspicious/noThenProperty: a query is sent where it is awaited.
      then: (found, failed) => {
        sent.push(sql)
        return Promise.resolve([sql]).then(found, failed)
      },
    })
    const { signal } = new AbortController()
    expect(await untilAborted(query('select 1'), signal)).toEqual(['select 1'])
    const waited = untilAborted(query('select 2'), undefined)
    expect(waited).toBeInstanceOf(Promise)
    expect(await waited).toEqual(['select 2'])
    expect(sent).toEqual(['select 1', 'select 2'])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('rejects with the reason where the signal comes first, and the work goes on', async () => {
    const work = deferred<number>()
    const caller = new AbortController()
    const waited = untilAborted(work.promise, caller.signal)
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1)

    const reason = { any: 'reason' }
    caller.abort(reason)
    await expect(waited).rejects.toBe(reason)
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
    work.resolve(7)
    expect(await work.promise).toBe(7)
  })

  test('rejects with the reason of a signal that had aborted before, whatever the promise is', async () => {
    const signal = AbortSignal.abort('gone')
    for (const promise of [Promise.resolve(7), Promise.reject(new Error('no')), new Promise(() => {})])
      await expect(untilAborted(promise, signal)).rejects.toBe('gone')
  })

  test('an abort after the outcome changes nothing', async () => {
    const caller = new AbortController()
    const waited = untilAborted(Promise.resolve(7), caller.signal)
    expect(await waited).toBe(7)
    caller.abort()
    expect(await waited).toBe(7)
  })

  test('a failure after the abort is handled', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const late = deferred()
    const caller = new AbortController()
    const waited = [
      untilAborted(late.promise, caller.signal),
      untilAborted(late.promise, AbortSignal.abort()),
    ]
    caller.abort()
    await Promise.allSettled(waited)
    late.reject(new Error('too late'))
    // Node tells of what is unhandled once all microtasks have run.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('one who gives up does not end it for the others', async () => {
    const work = deferred<string>()
    const [one, other] = [new AbortController(), new AbortController()]
    const waits = [one, other].map(({ signal }) => untilAborted(work.promise, signal))
    one.abort('hung up')
    work.resolve('rates')
    expect(await Promise.allSettled(waits)).toEqual([
      { status: 'rejected', reason: 'hung up' },
      { status: 'fulfilled', value: 'rates' },
    ])
  })
})
