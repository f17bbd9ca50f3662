import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { deferred } from '@base-internal/tools/deferred'
import { type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asyncContextManager } from './async-context-manager.js'

const key = createContextKey('where')
const manager = asyncContextManager() as ContextManager
const here = ROOT_CONTEXT.setValue(key, 'here')
const where = () => manager.active().getValue(key)

const ADDING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const
const REMOVING = ['off', 'removeListener'] as const

describe('an emitter that is bound', () => {
  test.each(ADDING)('calls what %s adds in the context, with this and arguments', (add) => {
    const emitter = manager.bind(here, new EventEmitter())
    const heard: unknown[] = []
    emitter[add]('data', function (this: unknown, ...args: unknown[]) {
      heard.push(where(), this, ...args)
    })
    emitter.emit('data', 1, 2)
    expect(heard).toEqual(['here', emitter, 1, 2])
    expect(where()).toBeUndefined()
  })

  test('is the same emitter, and those that it had stay as they were', () => {
    const emitter = new EventEmitter()
    const heard: unknown[] = []
    emitter.on('data', () => heard.push(where()))
    expect(manager.bind(here, emitter)).toBe(emitter)
    emitter.emit('data')
    expect(heard).toEqual([undefined])
  })

  test('keeps its first context', () => {
    const emitter = manager.bind(here, new EventEmitter())
    manager.bind(ROOT_CONTEXT.setValue(key, 'there'), emitter)
    const heard: unknown[] = []
    emitter.on('data', () => heard.push(where()))
    emitter.emit('data')
    expect(heard).toEqual(['here'])
  })

  test('may be a stream, which looks at who listens', async () => {
    const stream = manager.bind(here, new PassThrough())
    const ended = deferred<unknown>()
    const heard: unknown[] = []
    stream.on('data', (chunk) => heard.push(String(chunk), where()))
    stream.once('end', () => ended.resolve(where()))
    stream.end('a')
    expect([await ended.promise, heard]).toEqual(['here', ['a', 'here']])
  })

  test('refuses what is no listener', () => {
    const emitter = manager.bind(here, new EventEmitter())
    for (const add of ADDING) expect(() => emitter[add]('data', 1 as never)).toThrow(TypeError)
  })

  test.each(['wrapper', 'listener'] as const)('finds a wrapper of somebody else by its %s', (by) => {
    const emitter = manager.bind(here, new EventEmitter())
    const listener = () => {}
    const wrapper = Object.assign(() => {}, { listener })
    emitter.on('data', wrapper).on('data', wrapper).off('data', { wrapper, listener }[by])
    expect(emitter.listeners('data')).toEqual([listener])
  })

  test('binds once where one method of it calls another', () => {
    class Odd extends EventEmitter {
      override addListener(event: string, listener: () => void): this {
        return this.on(event, listener)
      }
    }
    const emitter = manager.bind(here, new Odd())
    const wrapper = Object.assign(() => {}, { listener: () => {} })
    emitter.addListener('data', wrapper).off('data', wrapper)
    expect(emitter.listenerCount('data')).toBe(0)
  })
})

type Step = readonly [
  act: (typeof ADDING | typeof REMOVING)[number] | 'emit' | 'bind' | 'clear',
  listener: number,
]

/** What is heard, and who listens after each step; the second listener removes itself. */
function played(steps: readonly Step[], bind: (emitter: EventEmitter) => void): unknown[] {
  const emitter = new EventEmitter()
  const heard: unknown[] = []
  const plain = () => heard.push('plain')
  const leaving = () => {
    heard.push('leaving')
    emitter.off('data', leaving)
  }
  const listeners = [plain, leaving]
  emitter.on('removeListener', (_, gone) => heard.push(listeners.indexOf(gone.listener ?? gone)))
  for (const [act, index] of steps) {
    if (act === 'bind') bind(emitter)
    else if (act === 'emit') emitter.emit('data')
    else if (act === 'clear') emitter.removeAllListeners('data')
    else emitter[act]('data', listeners[index] as () => void)
    const listening = emitter.listeners('data').map((listener) => listeners.indexOf(listener as () => number))
    heard.push([act, listening, emitter.listenerCount('data', plain)])
  }
  return heard
}

test('an emitter that is bound, at any time, calls, lists and removes whom any other does', () => {
  const act = fc.constantFrom(...ADDING, ...REMOVING, 'emit' as const, 'bind' as const, 'clear' as const)
  fc.assert(
    fc.property(fc.array(fc.tuple(act, fc.nat(1)), { maxLength: 20 }), (steps) => {
      const bound = played(steps, (emitter) => void manager.bind(here, emitter))
      expect(bound).toEqual(played(steps, () => {}))
    }),
  )
})
