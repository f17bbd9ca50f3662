import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { Fallback } from './index.js'

const down = () => Promise.reject(new Error('down'))
const fail = () => {
  throw new Error('mine')
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('Fallback', () => {
  test('answers in place of a call that fails, and knows why', async () => {
    const prices = new Fallback({ fallback: (error) => (error as Error).message })
    expect(await prices.execute(down)).toBe('down')
    expect(await prices.execute(async () => 42)).toBe(42)
    expect(prices.stats).toEqual({ calls: 2, fallbacks: 1 })
    expectTypeOf(prices.execute(() => 42)).resolves.toEqualTypeOf<number | string>()
  })

  test('tells of each answer in place of a call, until nobody listens any more', async () => {
    const prices = new Fallback({ name: 'prices', fallback: () => 0 })
    const told = vi.fn()
    const stop = prices.on('fallback', told)
    await prices.execute(down)
    stop()
    await prices.execute(down)
    expect(told).toHaveBeenCalledTimes(1)
    expect(told).toHaveBeenCalledWith({ name: 'prices', error: new Error('down') })
  })

  test('is counted and told once it has answered, and not where it fails itself', async () => {
    const answers = [() => 'old', async () => 'old', () => down(), () => fail()]
    const policy = new Fallback({ fallback: () => answers.shift()?.() })
    const told = vi.fn()
    policy.on('fallback', told)
    const outcomes = []
    for (let call = 0; call < 4; call++) {
      outcomes.push(await policy.execute(down).catch((error) => error.message))
      outcomes.push(told.mock.calls.length)
    }
    expect(outcomes).toEqual(['old', 1, 'old', 2, 'down', 2, 'mine', 2])
    expect(policy.stats).toEqual({ calls: 4, fallbacks: 2 })
  })

  test('passes on what it does not handle', async () => {
    const fallback = vi.fn()
    const policy = new Fallback({ fallback, handle: () => false })
    await expect(policy.execute(down)).rejects.toThrow('down')
    expect(fallback).not.toHaveBeenCalled()
  })

  test('one that throws gets the first error as its cause, if it has none', async () => {
    const own = new Error('mine', { cause: 'own' })
    const plain = new Error('no copy')
    const first = new Error('down')
    const run = (fallback: () => never) => new Fallback({ fallback }).execute(() => Promise.reject(first))
    const raise = (error: Error) => () => {
      throw error
    }
    await expect(run(raise(plain))).rejects.toBe(plain)
    expect(plain.cause).toBe(first)
    await expect(run(raise(own))).rejects.toBe(own)
    expect(own.cause).toBe('own')
  })

  test('one that throws an error of another realm, as Node does under some runners, gives it its cause', async () => {
    const foreign = runInNewContext("new Error('mine')")
    const first = runInNewContext("new Error('down')")
    const raise = () => {
      throw foreign
    }
    const call = new Fallback({ fallback: raise }).execute(() => Promise.reject(first))
    await expect(call).rejects.toBe(foreign)
    expect(foreign.cause).toBe(first)
    first.cause = foreign
    foreign.cause = undefined
    await expect(new Fallback({ fallback: raise }).execute(() => Promise.reject(first))).rejects.toBe(foreign)
    expect(foreign.cause).toBeUndefined()
  })

  test('one that throws the same error each time gives it the first error of each call', async () => {
    const shared = new Error('not available')
    const policy = new Fallback({ fallback: () => Promise.reject(shared) })
    for (const first of [new Error('down'), new Error('busy')]) {
      await expect(policy.execute(() => Promise.reject(first))).rejects.toBe(shared)
      expect(shared.cause).toBe(first)
    }
    shared.cause = 'own'
    await expect(policy.execute(() => Promise.reject(new Error('late')))).rejects.toBe(shared)
    expect(shared.cause).toBe('own')
  })

  test('one that throws what the first error was caused by makes no circle of causes', async () => {
    const root = new Error('no route')
    const first = new Error('down', { cause: new Error('no socket', { cause: root }) })
    const policy = new Fallback({ fallback: () => Promise.reject(root) })
    await expect(policy.execute(() => Promise.reject(first))).rejects.toBe(root)
    expect(root.cause).toBeUndefined()
  })

  test('a circle among the causes of the first error is left alone', async () => {
    const first = new Error('down')
    first.cause = new Error('no socket', { cause: first })
    const own = new Error('mine')
    const policy = new Fallback({ fallback: () => Promise.reject(own) })
    await expect(policy.execute(() => Promise.reject(first))).rejects.toBe(own)
    expect(own.cause).toBe(first)
  })

  test("is not called on the caller's abort", async () => {
    const fallback = vi.fn()
    const controller = new AbortController()
    const call = new Fallback({ fallback }).execute(
      () => {
        controller.abort(new Error('not wanted'))
        return down()
      },
      { signal: controller.signal },
    )
    await expect(call).rejects.toThrow('not wanted')
    expect(fallback).not.toHaveBeenCalled()
  })

  test('a handle that throws handles nothing, and is reported', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const handle = () => {
      throw new Error('oops')
    }
    await expect(new Fallback({ fallback: () => 1, handle }).execute(down)).rejects.toThrow('down')
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('refuses what is no function', () => {
    for (const options of [{ fallback: 1 }, {}])
      expect(() => new Fallback(options as never)).toThrow('Fallback: fallback must be a function')
    expect(() => new Fallback(undefined as never)).toThrow('Fallback: options must be an object')
  })
})
