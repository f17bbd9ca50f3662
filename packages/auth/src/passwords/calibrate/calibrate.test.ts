import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { type Argon2Parameters, calibrate, type PasswordKdf } from '../index.js'

/** A machine on which a mebibyte and a pass take so many milliseconds. */
function machineOf(millisecondsForMebibyte: number) {
  const clock = new TestClock()
  const kdf = (cost: Argon2Parameters): PasswordKdf => ({
    id: 'argon2id',
    hash: async () => {
      await clock.advance(Math.round((cost.memory / 1_024) * cost.passes * millisecondsForMebibyte))
      return ''
    },
    verify: async () => false,
    needsRehash: () => false,
  })
  return { clock, kdf }
}

describe('calibrate', () => {
  test('takes more memory for as long as it stays within the target', async () => {
    const machine = machineOf(0.6)
    expect(await calibrate('100ms', machine)).toEqual({ memory: 158_976, passes: 1, parallelism: 1 })
  })

  test('takes as much memory as it may, and then as many passes', async () => {
    const machine = machineOf(0.1)
    expect(await calibrate('100ms', machine)).toEqual({ memory: 262_144, passes: 3, parallelism: 1 })
    expect(await calibrate(50, { ...machineOf(0.1), maxMemory: 100_000 })).toEqual({
      memory: 100_000,
      passes: 5,
      parallelism: 1,
    })
  })

  test('takes a cheaper row of the table on a slow machine, and the cheapest where none is fast enough', async () => {
    const slow = machineOf(3)
    expect(await calibrate('115ms', slow)).toEqual({ memory: 19_456, passes: 2, parallelism: 1 })
    const slower = machineOf(30)
    expect(await calibrate('100ms', slower)).toEqual({ memory: 7_168, passes: 5, parallelism: 1 })
  })

  test('gives parameters that are accepted, on this machine', async () => {
    const { argon2id } = await import('../index.js')
    const found = await calibrate('60ms', { maxMemory: 47_104 })
    expect(() => argon2id(found)).not.toThrow()
  })

  test('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(calibrate('100ms', { ...machineOf(1), signal })).rejects.toBe(signal.reason)
  })

  test.each([
    ['target', '9ms', {}],
    ['target', '2s', {}],
    ['maxMemory', '100ms', { maxMemory: 47_103 }],
    ['kdf', '100ms', { kdf: {} }],
    ['clock', '100ms', { clock: {} }],
  ])('refuses a wrong %s', async (option, target, options) => {
    await expect(calibrate(target as never, options as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`calibrate: ${option} must be`),
    })
  })
})
