import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { diagnosticsChannel } from './index.js'

const NAME = 'base:core:diagnostics:test'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('diagnosticsChannel', () => {
  test('reaches those who subscribe by name, and knows whether there are any', () => {
    const channel = diagnosticsChannel<{ id: number }>(NAME)
    const heard: unknown[] = []
    const listener = (payload: unknown) => heard.push(payload)
    expect(channel.hasSubscribers).toBe(false)
    subscribe(NAME, listener)
    expect(channel.hasSubscribers).toBe(true)
    channel.publish({ id: 7 })
    unsubscribe(NAME, listener)
    channel.publish({ id: 8 })

    expect(heard).toEqual([{ id: 7 }])
    expect(channel.hasSubscribers).toBe(false)
  })

  test.each([
    ['there is no process', undefined],
    ['the process has no such modules', {}],
    ['it has others', { getBuiltinModule: () => undefined }],
  ])('is silent where %s', (_, process) => {
    vi.stubGlobal('process', process)
    const channel = diagnosticsChannel(NAME)
    expect(channel.hasSubscribers).toBe(false)
    expect(() => channel.publish({})).not.toThrow()
  })
})
