import { assert, type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { CacheBus } from '../bus/cache-bus.js'

/**
 * What every {@link CacheBus} must do. The subject is one bus, or two ends of one; `advance` lets messages arrive.
 *
 * @example
 * import { cacheBusConformance } from '@base/cache/testing'
 * import { test } from 'vitest'
 *
 * cacheBusConformance(() => ({ subject: memoryCacheBus(), advance: () => {}, dispose: () => {} }), { test })
 */
export function cacheBusConformance(make: Make<CacheBus>, options: ConformanceOptions): void {
  const law = laws('CacheBus', make, options)

  law('a message reaches every subscriber once, unchanged', async (bus, advance) => {
    const heard: string[][] = [[], []]
    for (const list of heard) await bus.subscribe((message) => list.push(message))
    const text = `{"a":"ü🔑\\n${'x'.repeat(20_000)}"}`
    await bus.publish(text)
    await until(() => heard.every((list) => list.length > 0), advance)
    assert.deepEqual(heard, [[text], [text]])
  })

  law('messages of one publisher keep their order', async (bus, advance) => {
    const heard: string[] = []
    await bus.subscribe((message) => heard.push(message))
    const texts = Array.from({ length: 50 }, (_, index) => String(index))
    for (const text of texts) await bus.publish(text)
    await until(() => heard.length >= texts.length, advance)
    assert.deepEqual(heard, texts)
  })

  law('many that are published one after the other all come, in their order', async (bus, advance) => {
    const heard: string[] = []
    await bus.subscribe((message) => heard.push(message))
    const texts = Array.from({ length: 500 }, (_, index) => String(index))
    for (const text of texts) await bus.publish(text)
    await until(() => heard.length >= texts.length, advance)
    assert.deepEqual(heard, texts)
  })

  law('who has left hears nothing, and the others do', async (bus, advance) => {
    const gone: string[] = []
    const there: string[] = []
    const leave = await bus.subscribe((message) => gone.push(message))
    await bus.subscribe((message) => there.push(message))
    await leave()
    await leave()
    await bus.publish('hello')
    await until(() => there.length > 0, advance)
    assert.deepEqual([gone, there], [[], ['hello']])
  })

  law('a message without subscribers is no error', async (bus) => {
    await bus.publish('hello')
  })
}

/** Until messages have come, ten seconds at most; and a moment more, for those that should not come. */
async function until(isThere: () => boolean, advance: (duration: number) => unknown): Promise<void> {
  for (let round = 0; round < 200 && !isThere(); round++) await advance(50)
  await advance(50)
}
