import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Emitter } from './index.js'

interface Events {
  readonly saved: { readonly id: number }
  readonly lost: { readonly reason: string }
}

const make = () =>
  new Emitter<Events>({ package: 'my-service', pattern: 'Orders', events: ['saved', 'lost'] })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('Emitter', () => {
  test('tells listeners in the order in which they came, and those of that event alone', () => {
    const events = make()
    const heard: string[] = []
    events.on('saved', ({ id }) => heard.push(`first ${id}`))
    events.on('lost', () => heard.push('lost'))
    events.on('saved', ({ id }) => heard.push(`second ${id}`))
    events.emit('saved', { id: 7 })

    expect(heard).toEqual(['first 7', 'second 7'])
  })

  test('knows whether anyone listens', () => {
    const events = make()
    expect(events.has('saved')).toBe(false)
    const off = events.on('saved', () => {})
    expect([events.has('saved'), events.has('lost')]).toEqual([true, false])
    off()
    expect(events.has('saved')).toBe(false)
  })

  test('ends one registration at a time, however often its off is called', () => {
    const events = make()
    const listener = vi.fn()
    const off = events.on('saved', listener)
    events.on('saved', listener)
    off()
    off()
    events.emit('saved', { id: 7 })

    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('does not call a listener that was ended by one before it, nor one that was added by it', () => {
    const events = make()
    const ended = vi.fn()
    const added = vi.fn()
    events.on('saved', () => {
      off()
      events.on('saved', added)
    })
    const off = events.on('saved', ended)
    events.emit('saved', { id: 7 })
    expect([ended.mock.calls.length, added.mock.calls.length]).toEqual([0, 0])
    events.emit('saved', { id: 8 })
    expect([ended.mock.calls.length, added.mock.calls.length]).toEqual([0, 1])
  })

  test('goes on after a listener that throws, and reports it as a warning of the process', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const events = make()
    const second = vi.fn()
    events.on('saved', () => {
      throw new Error('no ink')
    })
    events.on('saved', second)
    events.emit('saved', { id: 7 })

    expect(second).toHaveBeenCalledTimes(1)
    expect(warn).toHaveBeenCalledWith(
      "my-service Orders: a listener of 'saved' threw: Error: no ink",
      expect.objectContaining({ code: 'CALLBACK_THREW' }),
    )
  })

  test.each<[string, () => unknown]>([
    ['this realm', () => Promise.reject(new Error('no ink'))],
    ['another realm', runInNewContext('async () => { throw new Error("no ink") }')],
  ])('reports a listener whose promise of %s rejects, which is not left unhandled', async (_, listener) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const events = make()
    events.on('saved', () => void 0)
    events.on('saved', listener)
    events.emit('saved', { id: 7 })
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1))
  })

  test('leaves a query builder that a listener returned unsent', async () => {
    const events = make()
    const send = vi.fn()
    // biome-ignore lint/suspicious/noThenProperty: a query is sent where it is awaited.
    events.on('saved', () => ({ then: send }))
    events.emit('saved', { id: 7 })
    await Promise.resolve()
    expect(send).not.toHaveBeenCalled()
  })

  test('reports what a listener returned where it cannot even be looked at', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const events = make()
    events.on('saved', () => ({
      get [Symbol.toStringTag](): string {
        throw new Error('no ink')
      },
    }))
    events.emit('saved', { id: 7 })
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('reports what cannot be printed, too', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const events = make()
    events.on('saved', () => {
      throw Object.create(null)
    })
    events.emit('saved', { id: 7 })
    expect(warn.mock.calls[0]?.[0]).toContain('threw: something that has no text')
  })

  test('is not stopped by a process that makes errors of warnings', () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {
      throw new Error('no warnings allowed')
    })
    const events = make()
    events.on('saved', () => {
      throw new Error('no ink')
    })
    expect(() => events.emit('saved', { id: 7 })).not.toThrow()
  })

  test('refuses an event that does not exist, and a listener that is no function', () => {
    const events = make()
    expect(() => events.on('saevd' as 'saved', () => {})).toThrow(
      'my-service Orders: event must be one of "saved", "lost", received "saevd".',
    )
    expect(() => events.on('saved', undefined as never)).toThrow('listener must be a function')
  })
})
