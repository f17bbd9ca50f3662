import { describe, expect, test } from 'vitest'
import { type CacheBus, memoryCacheBus } from '../bus/index.js'
import { cacheBusConformance } from './index.js'

async function broken(twin: (bus: CacheBus) => CacheBus): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  cacheBusConformance(() => ({ subject: twin(memoryCacheBus()), advance: () => {}, dispose: () => {} }), {
    test: (name, fn) => laws.push([name, fn]),
  })
  const failed: string[] = []
  for (const [name, prove] of laws) await prove().catch(() => failed.push(name.replace('CacheBus: ', '')))
  return failed
}

describe('cacheBusConformance', () => {
  test('accepts a bus', async () => {
    expect(await broken((bus) => bus)).toEqual([])
  })

  test('accepts one that loses some of many at once: the cache publishes one after the other', async () => {
    let underway = 0
    const publish = async (bus: CacheBus, text: string) => {
      if (underway === 100) return
      underway++
      await Promise.resolve()
      await bus.publish(text)
      underway--
    }
    expect(await broken((bus) => ({ ...bus, publish: (text) => publish(bus, text) }))).toEqual([])
  })

  const twins: readonly (readonly [law: string, twin: (bus: CacheBus) => CacheBus])[] = [
    [
      'a message reaches every subscriber once, unchanged',
      (bus) => ({ ...bus, publish: (text) => bus.publish(text.slice(0, 1_000)) }),
    ],
    [
      'messages of one publisher keep their order',
      (bus) => {
        let kept: string | undefined
        return {
          ...bus,
          publish: async (text) => {
            if (text === '7') kept = text
            else await bus.publish(text)
            if (text === '8') await bus.publish(kept ?? '')
          },
        }
      },
    ],
    // Has room for a hundred, which it does not free.
    [
      'many that are published one after the other all come, in their order',
      (bus) => {
        let room = 100
        return { ...bus, publish: async (text) => (room-- > 0 ? bus.publish(text) : undefined) }
      },
    ],
    [
      'who has left hears nothing, and the others do',
      (bus) => ({
        ...bus,
        subscribe: async (listener) => {
          await bus.subscribe(listener)
          return () => {}
        },
      }),
    ],
    [
      'a message without subscribers is no error',
      (bus) => {
        let subscribers = 0
        return {
          publish: async (text) => {
            if (subscribers === 0) throw new Error('nobody')
            await bus.publish(text)
          },
          subscribe: (listener) => {
            subscribers++
            return bus.subscribe(listener)
          },
        }
      },
    ],
  ]

  test.each(twins)('finds who breaks: %s', async (law, twin) => {
    expect(await broken(twin)).toContain(law)
  })

  test('has a broken twin for each law', () => {
    const all: string[] = []
    cacheBusConformance(() => Promise.reject(new Error('never')), {
      test: (name) => all.push(name.replace('CacheBus: ', '')),
    })
    expect(twins.map(([law]) => law)).toEqual(all)
  })
})
