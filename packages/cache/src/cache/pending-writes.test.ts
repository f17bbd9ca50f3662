import { TestClock } from '@base/core/testing'
import { type Deferred, deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { type CacheBus, memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { type Cache, createCache } from './index.js'

/** Nodes over a store whose sets wait until a test lets them, in any order, then write. */
function gated() {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const sent: { readonly value: unknown; readonly gate: Deferred<void> }[] = []
  const wait = async (value: unknown) => {
    const gate = deferred()
    sent.push({ value, gate })
    await gate.promise
  }
  const store: CacheStore = {
    ...shared,
    set: async (key, entry, options) => {
      await wait(entry.value)
      return shared.set(key, entry, options)
    },
    setMany: async (entries, options) => {
      await wait(entries.map(([, { value }]) => value))
      return shared.setMany(entries, options)
    },
  }
  const node = (layers: CacheStore[] = [memoryCacheStore({ clock }), store], bus?: CacheBus) =>
    createCache({ layers, jitter: [0, 0], clock, ...(bus && { bus }) })
  /** Lets all writes that were sent go on, the newest first; or those of one value. */
  const land = async (only?: unknown) => {
    for (const { value, gate } of sent.toReversed()) if (only === undefined || value === only) gate.resolve()
    await clock.advance(0)
  }
  const start = async (work: Promise<unknown>) => {
    const state = { isDone: false }
    work.then(() => {
      state.isDone = true
    })
    await clock.advance(0)
    return state
  }
  const below = () => node([{ ...shared }]).get('k')
  return {
    clock,
    shared,
    store,
    sent,
    node,
    bare: () => node([store]),
    land,
    start,
    below,
    values: () => sent.map(({ value }) => value),
  }
}

describe('writes of one key at the same time', () => {
  test('leave the last one in a layer that does calls in any order, as in memory', async () => {
    const { node, land, start, below } = gated()
    const cache = node()
    const all = await start(Promise.all([cache.set('k', 1), cache.set('k', 2)]))
    await land()
    await land()
    expect([all.isDone, await cache.get('k'), await below()]).toEqual([true, 2, 2])
  })

  test('go one after the other, and the last of those that wait goes for all of them', async () => {
    const { node, land, start, below, values } = gated()
    const cache = node()
    const first = await start(cache.set('k', 1))
    const others = await Promise.all([2, 3, 4].map((value) => start(cache.set('k', value))))
    await land()
    expect([values(), first.isDone, others.map(({ isDone }) => isDone)]).toEqual([
      [1, 4],
      true,
      [false, false, false],
    ])
    await land()
    expect([others.map(({ isDone }) => isDone), await below()]).toEqual([[true, true, true], 4])
  })

  test('keep those of other keys waiting for nothing, also in one call', async () => {
    const { node, start, values } = gated()
    const cache = node()
    await start(cache.set('k', 1))
    await start(cache.set('l', 2))
    await start(
      cache.setMany([
        ['k', 3],
        ['m', 4],
        ['n', 5],
      ]),
    )
    expect(values()).toEqual([1, 2, [4, 5]])
  })

  test('are sent as their callers would have sent them, though one call of others ends before all of them', async () => {
    const { node, land, start, below, values } = gated()
    const cache = node()
    const first = cache.setMany([
      ['k', 1],
      ['l', 1],
      ['m', 1],
    ])
    await start(first)
    await start(cache.set('k', 2))
    await start(
      cache.setMany([
        ['l', 3],
        ['m', 4],
      ]),
    )
    await land()
    expect(values()).toEqual([[1, 1, 1], 2, [3, 4]])
    await land(2)
    expect(await below()).toBe(2)
  })

  test('wait for one that hangs no longer than for its limit', async () => {
    const { clock, node, land, start, below, values } = gated()
    const cache = node()
    const hung = await start(cache.set('k', 1))
    const next = await start(cache.set('k', 2))
    await clock.advance(250)
    expect([hung.isDone, values()]).toEqual([true, [1, 2]])
    await land(2)
    expect([next.isDone, await cache.get('k'), await below()]).toEqual([true, 2, 2])
  })

  test.each<[string, (cache: Cache) => Promise<void>]>([
    ['deleted', (cache) => cache.delete('k')],
    ['invalidated by a tag', (cache) => cache.deleteByTag('t')],
    ['cleared', (cache) => cache.clear()],
  ])('do not bring back what was %s after them, though they are sent or done later', async (_, change) => {
    const { bare, land, start, below } = gated()
    const cache = bare()
    const first = await start(cache.set('k', 1, { tags: ['t'] }))
    const second = await start(cache.set('k', 2, { tags: ['t'] }))
    await change(cache)
    await land()
    expect(await below()).toBeUndefined()
    await land()
    expect([first.isDone, second.isDone, await below()]).toEqual([true, true, undefined])
  })

  test('stand where another node deletes what is under way: that may have come before', async () => {
    const bus = memoryCacheBus()
    const { clock, shared, node, land, start, below } = gated()
    const cache = node(undefined, bus)
    const other = node([memoryCacheStore({ clock }), { ...shared }], bus)
    await Promise.all([cache.get('k'), other.get('k')])
    const setting = await start(cache.set('k', 1))
    await other.delete('k')
    await land()
    expect([setting.isDone, await cache.get('k'), await below()]).toEqual([true, 1, 1])
  })
})

describe('the close of a cache', () => {
  const setUp = async () => {
    const { store, land, start, node, clock, below } = gated()
    const order: unknown[] = []
    const bus = memoryCacheBus()
    const layer: CacheStore = {
      ...store,
      set: (key, entry, options) => {
        order.push(entry.value)
        return store.set(key, entry, options)
      },
      close: async () => {
        order.push('closed')
      },
    }
    const cache = node([memoryCacheStore({ clock }), layer], {
      publish: async (text) => {
        order.push('told')
        await bus.publish(text)
      },
      subscribe: (...args) => bus.subscribe(...args),
    })
    await cache.get('k')
    await start(cache.set('k', 'first'))
    await start(cache.set('k', 'last'))
    const closing = await start(cache.close())
    return { clock, land, below, order, closing }
  }

  test('waits for what waits for its turn', async () => {
    const { land, below, order, closing } = await setUp()
    await land()
    expect([order, closing.isDone]).toEqual([['first', 'last', 'told'], false])
    await land()
    expect([order, closing.isDone, await below()]).toEqual([
      ['first', 'last', 'told', 'told', 'closed'],
      true,
      'last',
    ])
  })

  test('waits for what was set while the bus was not there', async () => {
    const { store, land, start, node, clock, below } = gated()
    const bus = memoryCacheBus()
    const closed = vi.fn(async () => {})
    const cache = node([memoryCacheStore({ clock }), { ...store, close: closed }], {
      publish: bus.publish.bind(bus),
      subscribe: async (...args) => {
        await clock.sleep(10)
        return bus.subscribe(...args)
      },
    })
    const setting = await start(cache.set('k', 1))
    const closing = await start(cache.close())
    await clock.advance(10)
    expect(closed).not.toHaveBeenCalled()
    await land()
    expect([setting.isDone, closing.isDone, await below()]).toEqual([true, true, 1])
    expect(closed).toHaveBeenCalledOnce()
  })

  test('waits no longer than for the limits of writes that hang', async () => {
    const { clock, order, closing } = await setUp()
    await clock.advance(250)
    await clock.advance(249)
    const calls = () => order.filter((call) => call !== 'told')
    expect([calls(), closing.isDone]).toEqual([['first', 'last'], false])
    // What is given up may land late: that is waited for as well.
    await clock.advance(1)
    await clock.advance(1_000)
    expect([calls(), closing.isDone]).toEqual([['first', 'last', 'closed'], true])
  })
})

describe('of very many entries that are set twice at once, a key', () => {
  const fill = Array.from({ length: 500 }, (_, index) => [`f${index}`, index] as const)
  const others = fill.map(([key, value]) => [`other:${key}`, value] as const)
  const more = fill.map(([key, value]) => [`more:${key}`, value] as const)

  test('has the value of the first when that is done, where the second has not come to it yet', async () => {
    const { node, sent, land, start, below } = gated()
    const cache = node()
    const first = await start(cache.setMany([...fill, ['k', 'first']]))
    const second = await start(cache.setMany([...others, ...more, ['k', 'second']]))
    await land()
    expect([first.isDone, await below()]).toEqual([false, undefined])
    await land('first')
    expect([first.isDone, second.isDone, await below(), sent.length]).toEqual([true, false, 'first', 4])
    await land()
    await land()
    expect([second.isDone, await below(), await cache.get('k')]).toEqual([true, 'second', 'second'])
  })

  test('has a later value when the first is done, where that was sent before', async () => {
    const { clock, node, sent, land, start, below } = gated()
    const cache = node()
    const first = await start(cache.setMany([...fill, ['k', 'first']]))
    const later = await start(cache.set('k', 'later'))
    sent[0]?.gate.resolve()
    await clock.advance(0)
    expect([first.isDone, later.isDone]).toEqual([false, false])
    await land('later')
    expect([first.isDone, later.isDone, sent.length, await below()]).toEqual([true, true, 2, 'later'])
  })

  test('that was written since keeps the first waiting for no newer one', async () => {
    const { clock, node, sent, land, start } = gated()
    const cache = node()
    const first = await start(cache.setMany([...fill, ['k', 'first']]))
    await start(cache.set('k', 'later'))
    await land('later')
    const newest = await start(cache.set('k', 'newest'))
    sent[0]?.gate.resolve()
    await clock.advance(0)
    expect([first.isDone, newest.isDone]).toEqual([true, false])
  })

  test.each<[string, (cache: Cache) => Promise<void>]>([
    ['itself', (cache) => cache.delete('k')],
    ['by a tag that the second one has', (cache) => cache.deleteByTag('t')],
  ])('that is deleted %s goes with all that is still to be written of it', async (_, change) => {
    const { bare, land, start, below } = gated()
    const cache = bare()
    const first = await start(cache.setMany([...fill, ['k', 'first']]))
    const second = await start(cache.setMany([...others, ...more, ['k', 'second', { tags: ['t'] }]]))
    await change(cache)
    await land()
    await land('first')
    expect([first.isDone, await below()]).toEqual([true, undefined])
    await land()
    expect(await below()).toBeUndefined()
    expect(second.isDone).toBe(true)
  })
})
