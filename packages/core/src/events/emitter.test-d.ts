import { expectTypeOf, test } from 'vitest'
import { Emitter } from './index.js'

const events = new Emitter<{ saved: { id: number } }>({ package: 'p', pattern: 'C', events: ['saved'] })

test('a listener knows its payload, and only real events have a name', () => {
  events.on('saved', (payload) => expectTypeOf(payload).toEqualTypeOf<{ id: number }>())
  // @ts-expect-error: there is no such event
  events.on('lost', () => {})
  // @ts-expect-error: not the payload of that event
  events.emit('saved', { id: '7' })
  expectTypeOf(events.on('saved', () => {})).toEqualTypeOf<() => void>()
})

test('a listener may be asynchronous, also under a linter that wants void functions to be void', () => {
  expectTypeOf(events.on<'saved'>)
    .parameter(1)
    .returns.toBeUnknown()
})
