import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { TestClock } from '@base/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { answers, Collector, hangs, type Manner, parts, resets, says, takes } from './fixtures/collector.js'
import { createLogger, type ShippingSink, type ShippingSinkOptions, shippingSink } from './index.js'

const patience = { timeout: 30_000 }
let collector: Collector
let clock: TestClock
const opened: ShippingSink[] = []
beforeEach(async () => {
  collector = await Collector.start()
  clock = new TestClock()
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(async () => {
  const closing = opened.splice(0).map((sink) => sink.close())
  await clock.advance('1d')
  await Promise.all(closing)
  await collector.close()
  vi.restoreAllMocks()
})

/** One of which a request may take a year: time is passed to end pauses, while requests are under way. */
function open(options: Partial<ShippingSinkOptions> = {}): ShippingSink {
  const sink = shippingSink({ url: collector.url, timeout: '365d', clock, random: () => 0, ...options })
  opened.push(sink)
  return sink
}
/** Passes time until it is so. */
const until = (isSo: () => unknown, value: unknown = true) =>
  expect
    .poll(async () => {
      await clock.advance('1m')
      return isSo()
    }, patience)
    .toEqual(value)
const write = (sink: ShippingSink, ...lines: readonly string[]) => {
  for (const line of lines) sink.write(`${line}\n`)
}
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `{"n":${index}}`)

describe('shippingSink', () => {
  test('sends lines by the bulk API, with an action each', async () => {
    const sink = open({ index: 'logs-shop-test', headers: { authorization: 'ApiKey k' } })
    const logger = createLogger({ service: 'shop', format: 'ecs', destination: sink })
    logger.info({ orderId: 7 }, 'placed')
    logger.warn('slow')
    await sink.close()
    const [shipment] = collector.shipments
    expect(shipment).toMatchObject({
      path: '/_bulk?filter_path=errors%2Citems.*.status',
      headers: { 'content-type': 'application/x-ndjson', authorization: 'ApiKey k' },
      actions: Array(2).fill('{"create":{"_index":"logs-shop-test"}}'),
    })
    expect(shipment?.lines.map((line) => JSON.parse(line).message)).toEqual(['placed', 'slow'])
  })

  test('sends lines as they are, to what takes them so', async () => {
    const sink = open({ url: `${collector.origin}/ingest?source=shop`, format: 'ndjson' })
    write(sink, ...numbered(3))
    await sink.close()
    expect(collector.shipments).toMatchObject([{ path: '/ingest?source=shop', lines: numbered(3) }])
  })

  test('sends a batch when its first line has waited long enough, or it is full', async () => {
    const sink = open({ interval: '1m', maxBatch: 3 })
    write(sink, ...numbered(2))
    await clock.advance('59s')
    expect([collector.shipments.length, sink.pending]).toEqual([0, 2])
    await clock.advance('1s')
    await expect.poll(() => sink.pending, patience).toBe(0)
    write(sink, ...numbered(3))
    await expect.poll(() => sink.pending, patience).toBe(0)
    expect(collector.shipments.map(({ lines }) => lines.length)).toEqual([2, 3])
  })

  test('keeps batches within their bytes, and lines in order, with one request at a time', async () => {
    const sink = open({ url: collector.origin, maxBatchSize: 30, format: 'ndjson' })
    const lines = [...numbered(9), `"${'x'.repeat(100)}"`, '"last"']
    write(sink, ...lines)
    await sink.close()
    expect(collector.shipments.map((shipment) => shipment.lines.length)).toEqual([3, 3, 3, 1, 1])
    expect(collector.taken).toEqual(lines)
  })

  test('counts the actions of a batch among its bytes', async () => {
    const sink = open({ maxBatchSize: 100 })
    write(sink, ...numbered(10))
    await sink.close()
    // An action is 14 bytes with its end, a line 8.
    expect(collector.shipments.map(({ lines }) => lines.length)).toEqual([4, 4, 2])
  })

  test.each([
    ['a connection that breaks', resets],
    ['a status that asks to come back', answers(503)],
    ['a limit', answers(429, { 'retry-after': '7' })],
  ])('sends the same batch again after %s', async (_, manner) => {
    collector.behave(manner, manner, takes)
    const sink = open()
    write(sink, ...numbered(2))
    sink.flush()
    await until(() => sink.pending, 0)
    expect(collector.shipments).toHaveLength(3)
    expect([collector.taken, sink.dropped]).toEqual([numbered(2), 0])
  })

  test('rests for as long as it is told, and between failures twice as long each time', async () => {
    collector.behave(answers(429, { 'retry-after': '120' }), answers(503), answers(503), takes)
    const scheduled = vi.spyOn(clock, 'schedule')
    const sink = open({ random: () => 0.999_999 })
    write(sink, 'a')
    sink.flush()
    await until(() => sink.pending, 0)
    const rests = scheduled.mock.calls.filter(([, , options]) => options?.name === 'lines to ship again')
    expect(rests.map(([rest]) => rest)).toEqual([120_000, 1_000, 2_000])
  })

  test.each([() => Number.NaN, () => -100, () => expect.unreachable()])(
    'rests and goes on, whatever chance it is given',
    async (random) => {
      collector.behave(answers(503))
      const sink = open({ random })
      write(sink, '{"n":0}')
      await until(() => collector.shipments.length > 1)
      collector.behave(takes)
      await until(() => sink.pending, 0)
      expect(sink.dropped).toBe(0)
    },
  )

  test('rests until the date that it is told, by its clock', async () => {
    const date = new Date(Math.ceil(clock.now() / 1_000) * 1_000 + 90_000)
    collector.behave(answers(503, { 'retry-after': date.toUTCString() }), takes)
    const scheduled = vi.spyOn(clock, 'schedule')
    const sink = open()
    const start = clock.now()
    write(sink, 'a')
    sink.flush()
    const rests = () =>
      scheduled.mock.calls.filter(([, , options]) => options?.name === 'lines to ship again')
    await expect.poll(rests, patience).toHaveLength(1)
    expect(rests()[0]?.[0]).toBe(date.getTime() - start)
    await until(() => sink.pending, 0)
  })

  test.each(['0', '', '0.001'])(
    'takes no Retry-After of "%s" for a reason to ask at once',
    async (retryAfter) => {
      collector.behave(answers(503, { 'retry-after': retryAfter }), takes)
      const scheduled = vi.spyOn(clock, 'schedule')
      const sink = open({ random: () => 0.999_999 })
      write(sink, 'a')
      sink.flush()
      await until(() => sink.pending, 0)
      const rests = scheduled.mock.calls.filter(([, , options]) => options?.name === 'lines to ship again')
      expect(rests.map(([rest]) => rest)).toEqual([1_000])
    },
  )

  test('sends only those lines of a batch again that were not taken now, and drops what is refused', async () => {
    collector.behave(parts(201, 429, 400, 503), takes)
    const sink = open()
    write(sink, ...numbered(4))
    sink.flush()
    await until(() => sink.pending, 0)
    expect(collector.shipments[1]?.lines).toEqual(['{"n":1}', '{"n":3}'])
    expect([[...collector.taken].sort(), sink.dropped]).toEqual([['{"n":0}', '{"n":1}', '{"n":3}'], 1])
  })

  test.each([
    ['a page', '<html>Please sign in</html>'],
    ['an answer that is cut', '{"errors":true,"items":[{"create":{"status":201}},{"create":{"sta'],
    ['an answer for fewer lines', '{"errors":true,"items":[{"create":{"status":201}}]}'],
    ['errors of no lines', '{"errors":true}'],
    ['an answer that is too long', `{"errors":true,"items":"${'x'.repeat(3_000_000)}"}`],
  ])('takes %s for no answer of a bulk API, and sends the lines again', async (_, answer) => {
    collector.behave(says(answer), takes)
    const sink = open()
    write(sink, ...numbered(3))
    sink.flush()
    await until(() => sink.pending, 0)
    expect([collector.taken, sink.dropped]).toEqual([numbered(3), 0])
  })

  test.each(['', '{}', '{"status":"ok"}', '{"message":"taken","record_count":3}', '"ok"', 'null', 'OK'])(
    'takes lines for taken by what is no bulk API, and tells once: %j',
    async (answer) => {
      collector.behave(says(answer))
      const sink = open({ maxBatch: 2 })
      write(sink, ...numbered(4))
      await sink.close()
      expect([collector.shipments.map(({ lines }) => lines.length), sink.dropped]).toEqual([[2, 2], 0])
      expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
        expect.stringContaining('ndjson'),
        'LoggerWarning',
      )
    },
  )

  test.each([
    '{"errors":false',
    '{"errors":false,"items":[',
    '{"took":3,"errors":false,"items":[{"create":{"sta',
    `{"errors":false,"items":"${'x'.repeat(3_000_000)}"}`,
  ])('knows by the head of an answer that is cut that all are taken (%#)', async (answer) => {
    collector.behave(says(answer))
    const sink = open()
    write(sink, ...numbered(3))
    await sink.close()
    expect([collector.shipments.length, sink.dropped]).toEqual([1, 0])
    expect(process.emitWarning).not.toHaveBeenCalled()
  })

  test('gives a line up that a page answers, and goes on', async () => {
    collector.behave((shipment, response, socket) =>
      (shipment.lines.includes('bad') ? says('<html>Blocked</html>') : takes)(shipment, response, socket),
    )
    const sink = open()
    write(sink, 'a', 'bad', 'b', 'c')
    sink.flush()
    await until(() => sink.pending, 0)
    const alone = collector.shipments.filter(({ lines }) => lines.join() === 'bad')
    expect([alone.length, collector.taken, sink.dropped]).toEqual([5, ['a', 'b', 'c'], 1])
    expect(process.emitWarning).toHaveBeenCalledTimes(1)
  })

  test('makes batches no longer again than answers are whole', async () => {
    collector.behave((shipment, response, socket) =>
      (shipment.lines.length > 2 ? says('{"errors":true,"items":[{"cre') : takes)(shipment, response, socket),
    )
    const sink = open({ maxBatch: 8 })
    write(sink, ...numbered(8))
    await until(() => sink.pending, 0)
    expect(collector.shipments.map(({ lines }) => lines.length)).toEqual([8, 4, 2, 2, 2, 2])
    expect([collector.taken, sink.dropped]).toEqual([numbered(8), 0])
  })

  test('makes batches longer again once many answers in a row were whole', async () => {
    const cut = says('{"errors":true,"items":[{"cre')
    collector.behave(cut, ...Array(30).fill(takes), cut, cut, takes)
    const sink = open({ maxBatch: 8 })
    write(sink, ...numbered(1_000))
    await until(() => sink.pending, 0)
    const lengths = collector.shipments.map(({ lines }) => lines.length)
    const runs = lengths.filter((length, index) => length !== lengths[index - 1])
    expect(runs.slice(0, 7)).toEqual([8, 4, 2, 1, 2, 4, 8])
    expect(lengths.slice(0, -1).filter((length) => length === 1)).toHaveLength(50)
    expect([collector.taken, sink.dropped]).toEqual([numbered(1_000), 0])
  })

  test('tries longer batches ever less often where each try is cut', async () => {
    collector.behave((shipment, response, socket) =>
      (shipment.lines.length > 2 ? says('{"errors":true,"items":[{"cre') : takes)(shipment, response, socket),
    )
    const sink = open({ maxBatch: 4 })
    write(sink, ...numbered(1_000))
    await until(() => sink.pending, 0)
    const lengths = collector.shipments.map(({ lines }) => lines.length)
    expect(lengths.flatMap((length, index) => (length > 2 ? [index] : []))).toEqual([0, 51, 152, 353])
    expect(collector.taken).toEqual(numbered(1_000))
  })

  test.each([
    ['one that was too large', 413],
    ['a failure', 503],
  ])('counts answers that were whole anew after %s', async (_, status) => {
    const cut = says('{"errors":true,"items":[{"cre')
    collector.behave(cut, ...Array(30).fill(takes), answers(status), takes)
    const sink = open({ maxBatch: 4 })
    write(sink, ...numbered(400))
    await until(() => sink.pending, 0)
    const lengths = collector.shipments.map(({ lines }) => lines.length)
    expect(lengths.indexOf(4, 1)).toBeGreaterThan(31 + 50)
  })

  test('tries long batches again after answers that were cut whatever their length', async () => {
    const cut = says('{"errors":true,"items":[{"cre')
    collector.behave(cut, cut, cut, takes)
    const sink = open({ maxBatch: 4 })
    write(sink, ...numbered(8))
    await until(() => sink.pending, 0)
    expect(collector.shipments.map(({ lines }) => lines.length)).toEqual([4, 2, 1, 1, 2, 4, 1])
    expect(sink.dropped).toBe(0)
  })

  test('believes the statuses of lines, whatever the action is called', async () => {
    collector.behave(says('{"items":[{"index":{"status":400}},{"index":{"status":200}}]}'), takes)
    const sink = open()
    write(sink, ...numbered(2))
    await sink.close()
    expect([collector.shipments.length, sink.dropped]).toEqual([1, 1])
  })

  test('takes what is no bulk API at its word', async () => {
    collector.behave(says('thanks'))
    const sink = open({ format: 'ndjson', url: collector.origin })
    write(sink, ...numbered(2))
    await sink.close()
    expect([collector.shipments.length, sink.dropped]).toEqual([1, 0])
  })

  test('drops a batch that is refused, tells once, and goes on', async () => {
    collector.behave(answers(400), answers(401), takes)
    const sink = open({ maxBatch: 2 })
    write(sink, ...numbered(6))
    await until(() => sink.pending, 0)
    expect([collector.taken, sink.dropped]).toEqual([['{"n":4}', '{"n":5}'], 4])
    expect(process.emitWarning).toHaveBeenCalledTimes(1)
  })

  test.each<[string, Manner, Partial<ShippingSinkOptions>]>([
    ['it refuses them with status 401', answers(401), {}],
    ['20 bytes (maxPending) wait already', hangs, { maxPending: 20, maxBatch: 1 }],
    ['it refused single lines of a bulk request', parts(400), {}],
    ['5 requests with one line each had a page in place of an answer', says('<html>Sign in</html>'), {}],
    ['5 requests with one line each had an answer that is cut', says('{"errors":true,"items":[{'), {}],
    ['(shutdownTimeout); last of all: status 503', answers(503), {}],
    ['(shutdownTimeout); last of all: no answer within 1s (timeout)', hangs, { timeout: '1s' }],
    ['(shutdownTimeout); last of all: ECONNRESET', resets, {}],
  ])('says why it lost lines: %s', async (why, manner, options) => {
    collector.behave(manner)
    const sink = open({ shutdownTimeout: '1h', ...options })
    write(sink, ...numbered(3))
    const closing = sink.close()
    await until(() => vi.mocked(process.emitWarning).mock.calls.length, 1)
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(why), 'LoggerWarning')
    collector.behave(takes)
    await clock.advance('1d')
    await closing
  })

  test('halves a batch that is too large, down to the line that is', async () => {
    const limit = 40
    collector.behave((shipment, response, socket) =>
      (shipment.lines.join('\n').length > limit ? answers(413) : takes)(shipment, response, socket),
    )
    const sink = open({ format: 'ndjson', url: collector.origin })
    write(sink, ...numbered(12), 'x'.repeat(50), 'last')
    await sink.close()
    expect([collector.taken, sink.dropped]).toEqual([[...numbered(12), 'last'], 1])
  })

  test('makes batches no larger again than are not too large', async () => {
    collector.behave((shipment, response, socket) =>
      (shipment.lines.length > 2 ? answers(413) : takes)(shipment, response, socket),
    )
    const sink = open({ maxBatch: 4 })
    const written = numbered(1_999).slice(-1_000)
    write(sink, ...written)
    await until(() => sink.pending, 0)
    const lengths = collector.shipments.map(({ lines }) => lines.length)
    expect(lengths.flatMap((length, index) => (length > 2 ? [index] : []))).toEqual([0, 51, 152, 353])
    expect([collector.taken, sink.dropped]).toEqual([written, 0])
  })

  test('goes on with as many small lines as fit after large ones that were too large together', async () => {
    collector.behave((shipment, response, socket) =>
      (shipment.lines.join('\n').length > 1_200 ? answers(413) : takes)(shipment, response, socket),
    )
    const sink = open({ format: 'ndjson', url: collector.origin, maxBatch: 100 })
    const written = [...Array(4).fill('x'.repeat(400)), ...Array(200).fill('small')]
    write(sink, ...written)
    await sink.close()
    expect(collector.shipments.map(({ lines }) => lines.length)).toEqual([100, 2, 50, 100, 52])
    expect([collector.taken, sink.dropped]).toEqual([written, 0])
  })

  test('tries long batches again after a line that was too large alone', async () => {
    collector.behave((shipment, response, socket) =>
      (shipment.lines.includes('large') ? answers(413) : takes)(shipment, response, socket),
    )
    const sink = open({ maxBatch: 4 })
    write(sink, 'large', ...numbered(9))
    await until(() => sink.pending, 0)
    expect(collector.shipments.map(({ lines }) => lines.length)).toEqual([4, 2, 1, 4, 4, 1])
    expect([collector.taken, sink.dropped]).toEqual([numbered(9), 1])
  })

  test('drops what there is no room for as it comes, and counts it', async () => {
    collector.behave(hangs)
    const sink = open({ maxPending: 40, maxBatch: 1 })
    write(sink, ...numbered(10))
    expect([sink.pending, sink.dropped]).toEqual([5, 5])
  })

  test('a collector that hangs costs its time, and no line', async () => {
    collector.behave(hangs, takes)
    const sink = open({ timeout: '10s' })
    write(sink, 'a')
    sink.flush()
    await expect.poll(() => collector.shipments.length, patience).toBe(1)
    await until(() => sink.pending, 0)
    expect([collector.taken, sink.dropped]).toEqual([['a'], 0])
  })

  test('a flush says when all lines of before are gone, and that they are not', async () => {
    const sink = open()
    await new Promise<void>((resolve) => sink.flush(() => resolve()))
    write(sink, 'a')
    await new Promise<void>((resolve) => sink.flush(() => resolve()))
    expect(collector.taken).toEqual(['a'])
    collector.behave(hangs)
    write(sink, 'b')
    const late = new Promise((resolve) => sink.flush(resolve))
    await clock.advance('5s')
    expect(await late).toMatchObject({ code: 'TIMEOUT' })
  })

  test('what throws when a flush says so stops no further lines', async () => {
    const sink = open()
    const thrown: unknown[] = []
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((call) => {
      try {
        call()
      } catch (error) {
        thrown.push(error)
      }
    })
    write(sink, 'a')
    sink.flush(() => {
      throw new Error('told in vain')
    })
    await until(() => thrown.length, 1)
    write(sink, 'b')
    await sink.close()
    expect([collector.taken, sink.dropped]).toEqual([['a', 'b'], 0])
  })

  test('a flush waits for lines that were not taken now, whatever later ones were', async () => {
    collector.behave(parts(429, 201), parts(429, 201), parts(429))
    const sink = open({ maxBatch: 2, shutdownTimeout: '365d' })
    write(sink, 'a', 'b')
    const told: unknown[] = []
    sink.flush((error) => told.push(error))
    write(sink, 'c', 'd')
    await until(() => collector.shipments.length >= 3)
    // Two are gone, but not the two of before.
    expect([collector.taken, told]).toEqual([['b', 'c'], []])
    collector.behave(takes)
    await until(() => told, [undefined])
    expect(collector.taken).toContain('a')
  })

  test('close waits no longer than it may, counts what is left, and takes no more', async () => {
    collector.behave(hangs)
    const sink = open({ shutdownTimeout: '2s' })
    write(sink, ...numbered(3))
    const closing = sink.close()
    await clock.advance('2s')
    await closing
    write(sink, 'late')
    expect([sink.pending, sink.dropped, clock.pending]).toEqual([0, 4, 0])
    await sink.close()
  })

  test('a line that holds line feeds is one line', async () => {
    const sink = open()
    sink.write('{\n"a": 1\n}\n')
    await sink.close()
    expect(collector.taken).toEqual(['{ "a": 1 }'])
  })

  test.each([
    [{ url: 'ftp://logs' }, 'url must be an http or https URL without credentials'],
    [{ url: 'https://user:secret@logs' }, 'url must be'],
    [{ format: 'xml' }, 'format must be'],
    [{ index: '' }, 'index must be'],
    [{ headers: { 'x y': 'secret' } }, 'headers must be'],
    [{ headers: { authorization: 'secret\n' } }, 'headers must be'],
    [{ headers: new Headers({ authorization: 'secret' }) }, 'headers must be'],
    [{ headers: 'authorization: secret' }, 'headers must be'],
    [{ headers: null }, 'headers must be'],
    [{ maxBatch: 0 }, 'maxBatch must be'],
    [{ maxBatchSize: 0.5 }, 'maxBatchSize must be'],
    [{ maxPending: 0 }, 'maxPending must be'],
    [{ interval: 0 }, 'interval must be'],
    [{ timeout: -1 }, 'timeout must be'],
    [{ shutdownTimeout: 'soon' }, 'shutdownTimeout must be'],
    [{ clock: {} }, 'clock must be'],
    [{ random: 1 }, 'random must be'],
  ])('refuses %o, and shows no secret', (options, message) => {
    const make = () => shippingSink({ url: collector.url, ...options } as ShippingSinkOptions)
    expect(make).toThrow(`@base/observability shippingSink: ${message}`)
    expect(make).not.toThrow(/secret/)
  })
})

describe('a process that has nothing more to do', () => {
  const run = async (shutdownTimeout: number) => {
    const fixture = fileURLToPath(new URL('./fixtures/shipping.ts', import.meta.url))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      fixture,
      collector.url,
      `${shutdownTimeout}`,
    ])
    return { stdout, stderr }
  }

  test('ships what waits, and ends', async () => {
    expect(await run(3_600_000)).toEqual({ stdout: '0 left, 0 dropped', stderr: '' })
    expect(collector.taken.map((line) => JSON.parse(line).number)).toEqual([0, 1, 2])
  })

  test('is not kept by a collector that hangs, and tells what it lost', async () => {
    collector.behave(hangs)
    expect(await run(200)).toEqual({
      stdout: '0 left, 3 dropped',
      stderr: expect.stringContaining('are lost: they were not taken within 200ms (shutdownTimeout).'),
    })
  })
})
