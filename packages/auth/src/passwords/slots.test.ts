import { describe, expect, test } from 'vitest'
import { Slots } from './slots.js'

/** Work that ends when it is told to. */
function work(log: string[], name: string) {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    end: () => end(),
    run: async () => {
      log.push(name)
      await ended
      return name
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('slots', () => {
  test('serve in the order of arrival', async () => {
    const log: string[] = []
    const slots = new Slots(1, 10)
    const all = ['a', 'b', 'c'].map((name) => work(log, name))
    const runs = all.map(({ run }) => slots.run(run, undefined))
    await settled()
    expect(log).toEqual(['a'])
    for (const { end } of all) end()
    expect(await Promise.all(runs)).toEqual(['a', 'b', 'c'])
    expect(log).toEqual(['a', 'b', 'c'])
  })

  test('are free again after work that fails', async () => {
    const slots = new Slots(1, 0)
    const failed = new Error('no memory')
    await expect(slots.run(() => Promise.reject(failed), undefined)).rejects.toBe(failed)
    expect(await slots.run(async () => 'next', undefined)).toBe('next')
  })

  test('are held by aborted work until it has really ended', async () => {
    const log: string[] = []
    const slots = new Slots(1, 10)
    const [first, second] = [work(log, 'first'), work(log, 'second')]
    const controller = new AbortController()
    const aborted = slots.run(first.run, controller.signal)
    const next = slots.run(second.run, undefined)
    await settled()
    controller.abort('gone')
    await expect(aborted).rejects.toBe('gone')
    expect(log).toEqual(['first'])
    first.end()
    second.end()
    expect(await next).toBe('second')
  })

  test('go to the next where one that waits is given one and aborted in the same moment', async () => {
    const log: string[] = []
    const slots = new Slots(1, 10)
    const [first, second, third] = [work(log, 'first'), work(log, 'second'), work(log, 'third')]
    const controller = new AbortController()
    const running = slots.run(first.run, undefined)
    const aborted = slots.run(second.run, controller.signal)
    const next = slots.run(third.run, undefined)
    first.end()
    third.end()
    void running.then(() => controller.abort('gone'))
    controller.abort('gone')
    await expect(aborted).rejects.toBe('gone')
    expect(await next).toBe('third')
    expect(await slots.run(async () => 'later', undefined)).toBe('later')
  })

  test('keep nothing of who has left the line', async () => {
    const log: string[] = []
    const slots = new Slots(1, 1)
    const first = work(log, 'first')
    const running = slots.run(first.run, undefined)
    for (let index = 0; index < 5; index++) {
      const controller = new AbortController()
      const waiting = slots.run(async () => 'never', controller.signal)
      controller.abort(index)
      await expect(waiting).rejects.toBe(index)
    }
    first.end()
    await running
  })
})
