import { EventEmitter } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { CancelledError, NotFoundError } from '@base/core/errors'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type MemorySpans, memorySpans } from '../testing/index.js'
import { traced, withSpan } from './index.js'

let memory: MemorySpans
beforeEach(() => {
  memory = memorySpans()
})
afterEach(() => memory.close())

const activeId = () => trace.getActiveSpan()?.spanContext().spanId
const failing = (error: unknown) => (): never => {
  throw error
}
const broken = failing(new Error('broken'))
const collect = async <T>(chunks: AsyncIterable<T>) => {
  const all: T[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}
const thrown = (fn: () => unknown) => {
  try {
    fn()
  } catch (error) {
    return error
  }
  throw new Error('did not throw')
}

describe('traced', () => {
  test('is the same function to whoever looks: name, length, this, own properties', () => {
    function add(this: { base: number }, a: number, b: number): number {
      return this.base + a + b
    }
    const wrapped = traced('add', Object.assign(add, { unit: 'kg' }))
    expect([wrapped.name, wrapped.length, wrapped.unit]).toEqual(['add', 2, 'kg'])
    expect(wrapped.call({ base: 1 }, 2, 3)).toBe(6)
    expect(memory.spans).toMatchObject([
      { name: 'add', kind: SpanKind.INTERNAL, scope: '@base/observability' },
    ])
  })

  test('is a child of the active span, and active itself', async () => {
    const inner = traced('inner', async () => activeId())
    const outer = traced('outer', async () => [activeId(), await inner(), activeId()])
    const [before, within, after] = await outer()
    expect(memory.spans.map(({ name }) => name)).toEqual(['inner', 'outer'])
    expect(within).toBe(memory.find('inner')?.spanId)
    expect([before, after]).toEqual([memory.find('outer')?.spanId, memory.find('outer')?.spanId])
    expect(memory.find('inner')).toMatchObject({
      parentSpanId: memory.find('outer')?.spanId,
      traceId: memory.find('outer')?.traceId,
    })
  })

  test('takes kind and attributes, fixed or of the arguments, and what the result says', async () => {
    const charge = traced(
      {
        name: 'charge',
        kind: 'client',
        attributes: (cents: number) => ({ cents }),
        recordResult: (receipt) => ({ receipt: receipt.id }),
      },
      async (cents: number) => ({ id: `r${cents}` }),
    )
    await charge(7)
    traced({ name: 'fixed', kind: SpanKind.SERVER, attributes: { a: 1 } }, () => 1)()
    expect(memory.find('charge')).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: { cents: 7, receipt: 'r7' },
    })
    expect(memory.find('fixed')).toMatchObject({ kind: SpanKind.SERVER, attributes: { a: 1 } })
  })

  test('goes on where what describes the call throws', () => {
    const fail = failing(new Error('broken'))
    expect(traced({ name: 'a', attributes: fail, recordResult: fail }, (): number => 7)()).toBe(7)
    expect(memory.find('a')).toMatchObject({ attributes: {}, status: { code: SpanStatusCode.UNSET } })
  })

  test('hears of a rejection of what describes the call, which would end the process', async () => {
    const fail = () => Promise.reject(new Error('broken'))
    expect(traced({ name: 'a', attributes: fail as never, recordResult: fail as never }, () => 7)()).toBe(7)
    expect(memory.find('a')).toMatchObject({ attributes: {}, status: { code: SpanStatusCode.UNSET } })
  })

  test('calls the function where the tracer of an SDK throws', () => {
    memory.close()
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: failing(new Error('broken')) }) as never })
    expect(traced('a', (value: number) => value + 1)(1)).toBe(2)
    trace.disable()
  })

  test.each<[string, object]>([
    ['that gives a span which throws', { getTracer: () => ({ startSpan: () => ({ isRecording: broken }) }) }],
    ['that throws', { getTracer: broken }],
  ])('calls the function once with a provider of somebody else %s', (_, provider) => {
    memory.close()
    trace.setGlobalTracerProvider(provider as never)
    onTestFinished(() => trace.disable())
    const call = vi.fn(() => 7)
    expect([traced('a', call)(), withSpan('b', call)]).toEqual([7, 7])
    expect(call).toHaveBeenCalledTimes(2)
  })

  test.each<[string, unknown, unknown, string]>([
    ['an empty name', '', () => 1, 'traced: name must be a text that is not empty'],
    ['no function', 'a', 7, 'traced: fn must be a function'],
    [
      'an unknown kind',
      { name: 'a', kind: 'toString' },
      () => 1,
      'traced: kind must be a SpanKind, or one of',
    ],
    ['attributes that are none', { name: 'a', attributes: [] }, () => 1, 'traced: attributes must be'],
    ['a recorder that is none', { name: 'a', recordResult: true }, () => 1, 'traced: recordResult must be'],
    ['nothing', undefined, () => 1, 'traced: name must be'],
  ])('refuses %s', (_, options, fn, message) => {
    expect(() => traced(options as never, fn as never)).toThrow(message)
  })
})

describe('without an SDK', () => {
  test('traced only calls, and nothing of OpenTelemetry is made', () => {
    memory.close()
    const made = [
      vi.spyOn(trace, 'wrapSpanContext'),
      vi.spyOn(trace, 'setSpan'),
      vi.spyOn(context, 'with'),
      vi.spyOn(context, 'active'),
    ]
    const value = Promise.resolve(7)
    expect(traced('a', () => value)()).toBe(value)
    expect(withSpan('a', (span) => span.isRecording())).toBe(false)
    expect(withSpan('a', (span) => span)).toBe(withSpan('b', (span) => span))
    for (const spy of made) expect(spy).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  test('a function traced before the SDK came has spans after, and none once it has gone', () => {
    memory.close()
    const fn = traced('late', () => 1)
    fn()
    memory = memorySpans()
    fn()
    expect(memory.spans).toHaveLength(1)
    memory.close()
    fn()
    expect(memory.spans).toHaveLength(1)
    memory = memorySpans()
    fn()
    expect(memory.spans).toHaveLength(1)
  })
})

/** As errors were made before there were classes. */
class LegacyError extends Error {}
LegacyError.prototype.name = 'LegacyFailure'

describe('an error', () => {
  test.each([
    [
      'an AppError',
      new NotFoundError({ message: 'No order 7.', code: 'ORDER_GONE' }),
      'ORDER_GONE',
      'No order 7.',
    ],
    [
      'an error of Node',
      Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
      'refused',
    ],
    ['a class of the language', new TypeError('x is no function'), 'TypeError', 'x is no function'],
    [
      'a class without a name of its own',
      new (class PaymentError extends Error {})('declined'),
      'PaymentError',
      'declined',
    ],
    [
      'a class derived of one of the language',
      new (class StockError extends RangeError {})('none'),
      'StockError',
      'none',
    ],
    ['a class of another alphabet', new (class Überlastung extends Error {})('a'), 'Überlastung', 'a'],
    ['a name given to one', Object.assign(new Error('a'), { name: 'QueueError' }), 'QueueError', 'a'],
    ['a name given to a class', new LegacyError('a'), 'LegacyFailure', 'a'],
    ['a DOMException', new DOMException('a', 'NotReadableError'), 'NotReadableError', 'a'],
    ['a class without any name', new (class extends Error {})('a'), 'Error', 'a'],
    ['a code that is no constant', Object.assign(new Error('a'), { code: 'user 7' }), 'Error', 'a'],
    ['a text', 'just a text', '_OTHER', 'just a text'],
    ['undefined', undefined, '_OTHER', 'undefined'],
  ])('of %s: type, status, event; and it passes through', async (_, error, type, message) => {
    expect(thrown(traced('sync', failing(error)))).toBe(error)
    const rejected = traced('async', async () => failing(error)())()
    await rejected.then(
      () => expect.unreachable(),
      (reason) => expect(reason).toBe(error),
    )
    for (const name of ['sync', 'async']) {
      expect(memory.find(name)).toMatchObject({
        attributes: { 'error.type': type },
        status: { code: SpanStatusCode.ERROR, message },
        events: [{ name: 'exception', attributes: { 'exception.message': message } }],
      })
    }
  })

  test('has the name of its class in the event too, also beside a code', () => {
    class PaymentError extends Error {}
    for (const error of [new PaymentError('a'), Object.assign(new PaymentError('a'), { code: 'DECLINED' })])
      thrown(traced('pay', failing(error)))
    const events = memory.spans.flatMap((span) =>
      span.events.map(({ attributes }) => attributes['exception.type']),
    )
    expect(events).toEqual(['PaymentError', 'PaymentError'])
  })

  test('that is hostile passes through as well, and the span ends', () => {
    const hostile = new Proxy(new Error('x'), { get: failing(new Error('no')), getPrototypeOf: failing(1) })
    expect(thrown(traced('hostile', failing(hostile)))).toBe(hostile)
    expect(memory.open).toBe(0)
    expect(memory.find('hostile')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': '_OTHER' },
    })
  })

  test('a value that is hostile too', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const value of [proxy, new Proxy({}, { getPrototypeOf: failing(new Error('no')) })]) {
      expect(traced('hostile', () => value)()).toBe(value)
      expect(memory.open).toBe(0)
    }
  })
})

describe('an abort', () => {
  const aborted = (reason?: unknown) => AbortSignal.abort(reason)
  const statusOf = (name: string) => memory.find(name)?.status.code

  test.each<[string, unknown[], unknown]>([
    ['of a signal that is an argument', [aborted()], aborted().reason],
    [
      'of a signal in the options',
      ['order', { signal: aborted() }],
      new DOMException('Aborted', 'AbortError'),
    ],
    ['with a reason of the caller', [{ signal: aborted('gone') }], 'gone'],
    ['with the reason as a cause', [{ signal: aborted('gone') }], new Error('stopped', { cause: 'gone' })],
    ['as a block tells it', [], new CancelledError()],
  ])('%s is no error', (_, args, error) => {
    expect(thrown(() => traced('a', (..._args: unknown[]) => failing(error)())(...args))).toBe(error)
    expect(memory.spans).toMatchObject([
      { status: { code: SpanStatusCode.UNSET }, events: [], attributes: {} },
    ])
  })

  test.each<[string, unknown[], unknown]>([
    ['of somebody else', [{ signal: new AbortController().signal }], aborted().reason],
    ['of nobody known', [], aborted().reason],
    ['another error after it', [{ signal: aborted() }], new TypeError('bug')],
    [
      'a deadline',
      [{ signal: aborted(new DOMException('Late', 'TimeoutError')) }],
      new DOMException('Late', 'TimeoutError'),
    ],
  ])('%s is one', (_, args, error) => {
    thrown(() => traced('a', (..._args: unknown[]) => failing(error)())(...args))
    expect(statusOf('a')).toBe(SpanStatusCode.ERROR)
  })

  test('of withSpan is known by its signal', () => {
    thrown(() => withSpan({ name: 'with', signal: aborted() }, failing(aborted().reason)))
    thrown(() => withSpan('without', failing(aborted().reason)))
    expect([statusOf('with'), statusOf('without')]).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR])
  })
})

describe('withSpan', () => {
  test('gives the span to the function, and its value back', async () => {
    const value = await withSpan({ name: 'a', kind: 'producer', attributes: { x: 1 } }, async (span) => {
      span.setAttribute('y', 2)
      return 7
    })
    expect(value).toBe(7)
    expect(memory.find('a')).toMatchObject({ kind: SpanKind.PRODUCER, attributes: { x: 1, y: 2 } })
  })

  test('refuses what is no option', () => {
    expect(() => withSpan({ name: 'a', signal: 1 as never }, () => 1)).toThrow(
      'withSpan: signal must be an AbortSignal',
    )
    expect(() => withSpan({ name: 'a', attributes: (() => ({})) as never }, () => 1)).toThrow(
      'withSpan: attributes',
    )
  })
})

describe('a generator', () => {
  test('is returned itself, each step runs in the span, which ends with the last', () => {
    const numbers = traced('numbers', function* (to: number): Generator<unknown, string, number> {
      const got = yield activeId()
      yield [to, got]
      return 'done'
    })
    const running = numbers(3)
    const first = running.next()
    expect([memory.open, activeId()]).toEqual([1, undefined])
    expect(running.next(8)).toEqual({ done: false, value: [3, 8] })
    expect(running.next()).toEqual({ done: true, value: 'done' })
    expect(running.next()).toEqual({ done: true, value: undefined })
    expect(first.value).toBe(memory.find('numbers')?.spanId)
    expect(memory.spans).toHaveLength(1)
  })

  test('ends the span where its reader stops, and where it fails', () => {
    const endless = traced('endless', function* () {
      for (;;) yield 1
    })
    for (const _ of endless()) break
    const broken = traced('broken', function* () {
      yield 1
      throw new TypeError('x')
    })
    expect(thrown(() => [...broken()])).toBeInstanceOf(TypeError)
    expect(memory.find('endless')?.status.code).toBe(SpanStatusCode.UNSET)
    expect(memory.find('broken')?.attributes).toEqual({ 'error.type': 'TypeError' })
  })

  test('async, likewise', async () => {
    const pages = traced('pages', async function* () {
      yield activeId()
      await Promise.resolve()
      yield activeId()
    })
    const seen = await collect(pages())
    expect(seen).toEqual([memory.find('pages')?.spanId, memory.find('pages')?.spanId])
    for await (const _ of traced('stopped', pages)()) break
    const broken = traced('broken', async function* () {
      yield 1
      throw new TypeError('x')
    })
    await expect(collect(broken())).rejects.toBeInstanceOf(TypeError)
    expect(memory.find('stopped')?.status.code).toBe(SpanStatusCode.UNSET)
    expect(memory.find('broken')?.status.code).toBe(SpanStatusCode.ERROR)
    expect(memory.open).toBe(0)
  })

  test('an async iterable is iterated in the span, also one that a promise came to', async () => {
    const cursor = {
      *[Symbol.iterator]() {
        yield 0
      },
      async *[Symbol.asyncIterator]() {
        yield activeId()
      },
    }
    const found = await traced('cursor', async () => cursor)()
    expect(found).toBe(cursor)
    expect(memory.open).toBe(1)
    expect(await collect(found)).toEqual([memory.find('cursor')?.spanId])
  })

  /** As those of the MongoDB driver (`null` at the end) and abstract-level (`undefined`). */
  class Cursor {
    readonly ids: unknown[] = []
    isClosed = false
    readonly #rows: readonly unknown[]
    readonly #end: null | undefined
    constructor(rows: readonly unknown[], end: null | undefined) {
      this.#rows = rows
      this.#end = end
    }
    async next(): Promise<unknown> {
      if (this.isClosed) throw new TypeError('closed')
      this.ids.push(activeId())
      return this.ids.length <= this.#rows.length ? this.#rows[this.ids.length - 1] : this.#end
    }
    async hasNext() {
      return this.ids.length < this.#rows.length
    }
    async close() {
      this.isClosed = true
    }
    async *[Symbol.asyncIterator](): AsyncIterator<unknown> {
      for (let row = await this.next(); row !== this.#end; row = await this.next()) yield row
    }
    async toArray() {
      return collect(this)
    }
  }
  /** As those of version 4 of the MongoDB driver. */
  class PlainCursor extends Cursor {
    override [Symbol.asyncIterator]() {
      const next = async () => {
        const value = await this.next()
        return { value, done: value === null || value === undefined }
      }
      return { next }
    }
  }
  const cursors = [
    ['a generator', Cursor],
    ['an object', PlainCursor],
  ] as const
  const rows = [{ id: 1, done: true }, ['key', 'value'], 'text', 0, Object.freeze({ done: false })]

  test.each<[string, (cursor: Cursor) => Promise<unknown>]>([
    [
      'next()',
      async (cursor) => {
        const all: unknown[] = []
        for (let row = await cursor.next(); row !== null && row !== undefined; row = await cursor.next())
          all.push(row)
        return all
      },
    ],
    ['for await', (cursor) => collect(cursor)],
    ['a method of its own', (cursor) => cursor.toArray()],
  ])('a cursor whose next gives rows is followed to its end by %s', async (_, read) => {
    for (const [, Class] of cursors) {
      for (const end of [null, undefined]) {
        const cursor = traced('find', () => new Class(rows, end))()
        expect(await read(cursor)).toEqual(rows)
        const { spanId, status } = memory.spans.at(-1) ?? {}
        expect(cursor.ids).toEqual(Array(rows.length + 1).fill(spanId))
        expect([memory.open, status?.code]).toEqual([0, SpanStatusCode.UNSET])
      }
    }
  })

  test.each(cursors)(
    'likewise one, iterated by %s, that is asked whether it has a next row',
    async (_, Class) => {
      const cursor = traced('asked', () => new Class(rows, null))()
      const read: unknown[] = []
      while (await cursor.hasNext()) read.push(await cursor.next())
      expect([read, memory.open]).toEqual([rows, 0])
    },
  )

  test.each(cursors)('a cursor, iterated by %s, that is traced twice ends both spans', async (_, Class) => {
    const find = traced(
      'repository',
      traced('driver', () => new Class(rows, null)),
    )
    const closed = find()
    await closed.next()
    expect(memory.open).toBe(2)
    await closed.close()
    expect(memory.open).toBe(0)
    const asked = find()
    while (await asked.hasNext()) await asked.next()
    expect(memory.open).toBe(0)
    expect(await collect(find())).toEqual(rows)
    expect([memory.spans.length, memory.open]).toEqual([6, 0])
  })

  test('an iterator with a hasNext, as those of Gremlin, is followed to its end by its results', async () => {
    const values = [{ done: true }, 2]
    const traversal = traced('traversal', () => ({
      hasNext: async () => values.length > 0,
      next: async () => ({ value: values.shift(), done: values.length === 0 }),
      [Symbol.asyncIterator]() {
        return this
      },
    }))()
    await traversal.next()
    await traversal.next()
    expect(memory.open).toBe(0)
  })

  class Result {
    readonly #done: boolean
    constructor(done: boolean) {
      this.#done = done
    }
    get done() {
      return this.#done
    }
    get value() {
      return 1
    }
  }
  test.each<[string, (isLast: boolean) => object]>([
    ['further names', (done) => ({ done, value: done ? undefined : 1, page: 2 })],
    ['getters', (done) => new Result(done)],
    ['a name only in the end', (done) => (done ? { done } : { value: 1 })],
  ])('an iterator whose results have %s is followed to its end', async (_, result) => {
    const iterable = (isOwn: boolean) => {
      let left = 2
      const next = async () => result(left-- === 0)
      return { ...(isOwn && { next }), [Symbol.asyncIterator]: () => ({ next }) } as AsyncIterable<unknown>
    }
    for (const isOwn of [true, false])
      expect(await collect(traced('results', () => iterable(isOwn))())).toEqual([1, 1])
    expect([memory.spans.length, memory.open]).toEqual([2, 0])
  })

  test('a channel that is closed is read to its end', async () => {
    const values = [1, 2]
    const ids: unknown[] = []
    const channel = traced('channel', () => ({
      close: () => undefined,
      next: async () => {
        ids.push(activeId())
        return { done: values.length === 0, value: values.shift() }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }))()
    channel.close()
    expect(await collect(channel as AsyncIterable<unknown>)).toEqual([1, 2])
    expect(ids).toEqual(Array(3).fill(memory.find('channel')?.spanId))
    expect(memory.open).toBe(0)
  })

  test('an iterable whose iterator is frozen is read, and its span ends', async () => {
    const iterator = Object.freeze({ next: async () => ({ done: true as const, value: 1 }) })
    const iterable = traced('frozen within', () => ({ [Symbol.asyncIterator]: () => iterator }))()
    expect(await collect(iterable)).toEqual([])
    expect(memory.open).toBe(0)
  })

  test('an iterator that is given each time is followed once', async () => {
    const iterator = { next: async () => ({ done: true as const, value: 1 }) }
    const iterable = traced('same', () => ({ [Symbol.asyncIterator]: () => iterator }))()
    iterable[Symbol.asyncIterator]()
    const { next } = iterator
    expect(iterable[Symbol.asyncIterator]().next).toBe(next)
    expect(await collect(iterable)).toEqual([])
    expect(memory.open).toBe(0)
  })

  test.each(cursors)(
    'of a cursor, iterated by %s, that is closed the span ends, and of one that fails',
    async (_, Class) => {
      const cursor = traced('closed', () => new Class(rows, null))()
      expect(await cursor.next()).toBe(rows[0])
      expect(memory.open).toBe(1)
      await cursor.close()
      expect([memory.open, memory.find('closed')?.status.code]).toEqual([0, SpanStatusCode.UNSET])
      const failed = traced('failed', () => Object.assign(new Class(rows, null), { isClosed: true }))()
      await expect(failed.next()).rejects.toThrow('closed')
      expect(memory.find('failed')?.attributes).toEqual({ 'error.type': 'TypeError' })
    },
  )

  test.each([
    ['nothing', undefined],
    ['a number', 7],
    ['what cannot be asked', new Proxy({}, { get: failing(new Error('no')), ownKeys: failing(1) })],
  ])('an iterator that gives %s breaks nothing', (_, step) => {
    const iterator = { next: () => step, [Symbol.asyncIterator]: () => iterator }
    const running = traced('odd', () => iterator)()
    expect(running.next()).toBe(step)
    expect(running[Symbol.asyncIterator]()).toBe(iterator)
  })

  test('an iterator by hand is followed by its steps, however it is read', async () => {
    const make = traced('by hand', () => {
      let left = 2
      return {
        next: async () => ({ done: left-- === 0, value: activeId() }),
        [Symbol.asyncIterator]() {
          return this
        },
      }
    })
    const running = make()
    while (!(await running.next()).done);
    const ids = await collect(make() as unknown as AsyncIterable<unknown>)
    expect(ids).toEqual(Array(2).fill(memory.spans[1]?.spanId))
    expect([memory.spans.length, memory.open]).toEqual([2, 0])
  })

  test('what can be iterated and is no generator is a value, and its span ends', () => {
    const map = new Map([[1, 2]])
    expect(traced('keys', () => map.keys())().next().value).toBe(1)
    expect(traced('array', () => [1])()).toEqual([1])
    expect(memory.open).toBe(0)
  })

  test('one that cannot be followed is returned as it is, and its span ends', async () => {
    const frozen = Object.freeze({
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: 1 }) }),
    })
    expect(traced('frozen', () => frozen)()).toBe(frozen)
    expect(memory.open).toBe(0)
  })
})

describe('a web stream', () => {
  const streamOf = (...chunks: unknown[]) =>
    new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift()
        if (chunk instanceof Error) controller.error(chunk)
        else if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    })

  test('ends the span with its last chunk', async () => {
    const stream = traced('read', async () => streamOf('a', 'b'))
    const reader = (await stream()).getReader()
    expect((await reader.read()).value).toBe('a')
    expect(memory.open).toBe(1)
    expect((await reader.read()).value).toBe('b')
    expect((await reader.read()).done).toBe(true)
    expect(memory.find('read')?.status.code).toBe(SpanStatusCode.UNSET)
  })

  test('ends it where it fails, with the same error', async () => {
    const error = new TypeError('x')
    await expect(collect(traced('read', () => streamOf('a', error))())).rejects.toBe(error)
    expect(memory.find('read')?.attributes).toEqual({ 'error.type': 'TypeError' })
  })

  test('ends it where it is cancelled, and tells the source why', async () => {
    const cancel = vi.fn<(reason: unknown) => void>()
    const stream = traced('read', () => new ReadableStream({ cancel }))()
    await stream.cancel('enough')
    expect(cancel).toHaveBeenCalledWith('enough')
    expect(memory.find('read')?.status.code).toBe(SpanStatusCode.UNSET)
  })

  test('of bytes stays one of bytes', async () => {
    const source = () => new Blob(['hello']).stream()
    const reader = traced('read', source)().getReader({ mode: 'byob' })
    const { value } = await reader.read(new Uint8Array(10))
    expect(new TextDecoder().decode(value)).toBe('hello')
    expect((await reader.read(new Uint8Array(10))).done).toBe(true)
    expect(memory.open).toBe(0)
    expect(await new Response(traced('again', source)()).text()).toBe('hello')
    expect(memory.open).toBe(0)
  })

  test('that somebody reads already is left alone', () => {
    const stream = streamOf('a')
    stream.getReader()
    expect(traced('read', () => stream)()).toBe(stream)
    expect(memory.open).toBe(0)
  })
})

describe('a Node stream', () => {
  test('ends the span with its end, once, and keeps no listener', async () => {
    const stream = Readable.from(['a', 'b'])
    expect(traced('read', () => stream)()).toBe(stream)
    expect(await collect(stream)).toEqual(['a', 'b'])
    expect(memory.spans).toHaveLength(1)
    expect(memory.open).toBe(0)
  })

  test('ends it where it fails, and an error that nobody hears is still one', async () => {
    const error = new TypeError('x')
    const stream = traced('read', () => new PassThrough())()
    expect(stream.listenerCount('error')).toBe(0)
    const seen = EventEmitter.once(stream, 'close')
    seen.catch(() => {})
    stream.destroy(error)
    await expect(seen).rejects.toBe(error)
    expect(memory.find('read')?.attributes).toEqual({ 'error.type': 'TypeError' })
    expect(stream.listenerCount('close')).toBe(0)
  })

  test('ends it where it is closed before its end, or was', async () => {
    const stream = traced('closed', () => new PassThrough())()
    stream.destroy()
    await EventEmitter.once(stream, 'close')
    expect(memory.find('closed')?.status.code).toBe(SpanStatusCode.UNSET)
    traced('before', () => stream)()
    expect(memory.open).toBe(0)
  })
})

describe('a thenable', () => {
  /** A query builder does nothing before it is awaited. */
  class Query implements PromiseLike<string[]> {
    readonly words: string[] = []
    runs = 0
    where(word: string): this {
      this.words.push(word)
      return this
    }
    // biome-ignore lint/suspicious/noThenProperty: that is what it is.
    then<A, B>(fulfilled?: ((value: string[]) => A) | null, rejected?: ((error: unknown) => B) | null) {
      this.runs++
      const result = this.words.includes('bad')
        ? Promise.reject(new TypeError('x'))
        : Promise.resolve(this.words)
      return result.then(fulfilled, rejected) as never
    }
  }
  const select = traced('select', () => new Query())

  test('stays itself, is not run by being traced, and ends the span once it has settled', async () => {
    const query = select().where('a')
    expect([query instanceof Query, query.runs, memory.open]).toEqual([true, 0, 1])
    expect(await query.where('b')).toEqual(['a', 'b'])
    expect([query.runs, memory.open]).toEqual([1, 0])
  })

  test('that fails is an error', async () => {
    await expect(Promise.resolve(select().where('bad'))).rejects.toBeInstanceOf(TypeError)
    expect(memory.find('select')?.attributes).toEqual({ 'error.type': 'TypeError' })
  })

  test('of a subclass of Promise keeps what it has of its own', async () => {
    class Task extends Promise<number> {
      kill() {
        return 'killed'
      }
    }
    const task = traced('task', () => Task.resolve(7) as Task)()
    expect(task.kill()).toBe('killed')
    expect(await task).toBe(7)
    expect(memory.open).toBe(0)
  })
})
