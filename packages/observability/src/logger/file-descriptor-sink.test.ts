import fs, { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { FileDescriptorSink } from './file-descriptor-sink.js'

const LIMITS = { maxPending: 1_000_000, patience: 1_000, gather: false, clock: new TestClock() }

test('a file has each line whole, however long it is and whatever it is written in', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'))
  try {
    const line = fc
      .tuple(fc.string({ unit: fc.constantFrom('a', 'é', '漢', '🙂') }), fc.integer({ min: 0, max: 3_000 }))
      .map(([text, times]) => `${text.repeat(times)}\n`)
    const lines = fc.array(line, { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(lines, async (written) => {
        const file = join(folder, 'log')
        const fd = openSync(file, 'w')
        const sink = new FileDescriptorSink(fd, {
          maxPending: 1_000_000,
          patience: 1_000,
          gather: written.length % 2 === 0,
          clock: systemClock,
        })
        for (const each of written) sink.write(each)
        await sink.close()
        closeSync(fd)
        expect(readFileSync(file, 'utf8')).toBe(written.join(''))
      }),
      { numRuns: 50 },
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a disk that was full for a while has lost no line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'))
  const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  try {
    const fd = openSync(join(folder, 'log'), 'w')
    const clock = new TestClock()
    const sink = new FileDescriptorSink(fd, { maxPending: 1_000_000, patience: 1_000, gather: false, clock })
    sink.write('one\n')
    sink.write('two\n')
    await clock.advance('1m')
    full.mockRestore()
    await clock.advance(20)
    sink.write('three\n')
    await sink.close()
    closeSync(fd)

    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\ntwo\nthree\n')
    expect(sink.dropped).toBe(0)
  } finally {
    full.mockRestore()
    rmSync(folder, { recursive: true })
  }
})

test('very many lines that waited leave in one go, in their order', async () => {
  let isFull = true
  const written: string[] = []
  const writing = vi.spyOn(fs, 'writeSync').mockImplementation(((
    _: number,
    data: Uint8Array,
    from: number,
    length: number,
  ) => {
    if (isFull) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
    written.push(Buffer.from(data).toString('utf8', from, from + length))
    return length
  }) as never)
  onTestFinished(() => writing.mockRestore())
  const sink = new FileDescriptorSink(1, { ...LIMITS, maxPending: 10_000_000 })
  const lines = Array.from({ length: 20_000 }, (_, line) => `${line}\n`)
  for (const line of lines) sink.write(line)
  isFull = false
  // To move all that is left for each that leaves takes half a minute where they are ten times as many.
  const shifting = vi.spyOn(Array.prototype, 'shift')
  onTestFinished(() => shifting.mockRestore())
  await sink.close()
  expect(shifting.mock.calls.length).toBeLessThan(lines.length)
  expect(written).toEqual(lines)
  expect(sink.dropped).toBe(0)
})

test('a line of which a part was taken is not torn by those that come meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'))
  const { writeSync } = fs
  const taken = vi
    .spyOn(fs, 'writeSync')
    .mockImplementationOnce((fd, data, offset) => writeSync(fd, data as never, offset as never, 2))
  try {
    const fd = openSync(join(folder, 'log'), 'w')
    const sink = new FileDescriptorSink(fd, {
      ...LIMITS,
      maxPending: 1_000,
    })
    sink.write('first\n')
    sink.write('second\n')
    await sink.close()
    closeSync(fd)

    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('first\nsecond\n')
  } finally {
    taken.mockRestore()
    rmSync(folder, { recursive: true })
  }
})

describe('a line of which only a part was taken', () => {
  /** Takes so many bytes; and later one more, but none of several, as a pipe does that takes a short write whole or not at all. */
  const outputOf = (size: number) => {
    let text = ''
    let left = size
    let isWhole = false
    const write = (_: number, data: Uint8Array, offset: number, length: number) => {
      const taken = Math.min(left, length)
      if (taken === 0 || (isWhole && taken < length))
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      left -= taken
      text += Buffer.from(data).toString('utf8', offset, taken)
      return taken
    }
    // Sound: the sink calls it in this form alone.
    const writing = vi.spyOn(fs, 'writeSync').mockImplementation(write as never)
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    onTestFinished(() => {
      writing.mockRestore()
      warn.mockRestore()
    })
    const readOne = () => {
      left = 1
      isWhole = true
    }
    return { warn, readOne, text: () => text }
  }
  const opened = () => {
    const sink = new FileDescriptorSink(1, { ...LIMITS, patience: 0 })
    onTestFinished(() => sink.close())
    return sink
  }

  test('ends at least, where there is room for that', async () => {
    const { warn, readOne, text } = outputOf(4)
    const sink = opened()
    for (const line of ['1\n', '22222\n', '3\n']) sink.write(line)
    sink.flushSync()
    readOne()
    await sink.close()
    expect(text()).toBe('1\n22\n')
    expect(sink.dropped).toBe(2)
    expect(warn.mock.calls.toString()).not.toContain('is cut')
  })

  test('is no failure: what finds no room behind it is said to come too fast', () => {
    const { warn } = outputOf(1)
    const sink = new FileDescriptorSink(1, { ...LIMITS, patience: 0, maxPending: 1 })
    onTestFinished(() => sink.close())
    for (const line of ['11\n', '2\n']) sink.write(line)
    expect(warn.mock.calls.toString()).toContain('last of all: nobody reads them')
  })

  test('is said to be cut, where there is none', async () => {
    const { warn, text } = outputOf(4)
    const sink = opened()
    for (const line of ['1\n', '22222\n', '3\n']) sink.write(line)
    await sink.close()
    sink.write('4\n')
    expect(text()).toBe('1\n22')
    expect(sink.dropped).toBe(3)
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      'Lines of the log are lost: they were not taken within 0ms (patience); last of all: ENOSPC: no space left on device, write. The last one that was taken is cut.',
      'LoggerWarning',
    )
  })
})

test.each([
  ['came after its end', 'they came after its end', undefined],
  ['nobody will read', 'EPIPE: broken pipe, write', 'EPIPE: broken pipe, write'],
  [
    'nobody reads',
    '2 bytes (maxPending) wait already; last of all: nobody reads them',
    'EAGAIN: try again, write',
  ],
])('lines that %s are told of in these words', async (_, words, failure) => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  const writing = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw Object.assign(new Error(failure), { code: failure?.slice(0, failure.indexOf(':')) })
  })
  onTestFinished(() => {
    warn.mockRestore()
    writing.mockRestore()
  })
  const sink = new FileDescriptorSink(1, { ...LIMITS, maxPending: 2, patience: 0 })
  onTestFinished(() => sink.close())
  if (failure === undefined) await sink.close()
  for (const line of ['1\n', '2\n']) sink.write(line)
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining(`Lines of the log are lost: ${words}`),
    'LoggerWarning',
  )
})

describe('a flush', () => {
  const waiting = (taken: () => number, limits: { patience?: number } = {}) => {
    const writing = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      const size = taken()
      if (size === 0) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
      return size
    })
    onTestFinished(() => writing.mockRestore())
    const clock = new TestClock()
    const told = vi.fn()
    const sink = new FileDescriptorSink(1, { ...LIMITS, clock, ...limits })
    sink.write('123456789\n')
    sink.flush(told)
    return { clock, sink, told, writing }
  }

  test('of lines that nobody takes says so after its patience, and they wait on', async () => {
    const { clock, sink, told, writing } = waiting(() => 0)
    await clock.advance(999)
    expect(told).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'The lines of the log were not taken in time.' }),
    )
    sink.flush(told)
    writing.mockImplementation((_, __, ___, length) => length as unknown as number)
    await clock.advance(20)
    expect([told.mock.calls.length, told.mock.lastCall, sink.dropped]).toEqual([2, [], 0])
    await sink.close()
  })

  test('waits for a reader that reads, however slowly', async () => {
    let turn = 0
    const { clock, sink, told } = waiting(() => (++turn % 40 === 0 ? 1 : 0))
    await clock.advance('5s')
    expect(told).not.toHaveBeenCalled()
    await clock.advance('5s')
    expect([told.mock.calls, sink.dropped]).toEqual([[[]], 0])
    await sink.close()
  })

  test('without patience still waits for a reader that reads', async () => {
    const { clock, sink, told } = waiting(() => 1, { patience: 0 })
    for (let bytes = 0; bytes < 10; bytes++) await clock.advance(20)
    expect([told.mock.calls, sink.dropped]).toEqual([[[]], 0])
    await sink.close()
  })

  test('of lines that nobody takes says so, however often another one comes', async () => {
    const { clock, sink, told, writing } = waiting(() => 0)
    for (let half = 0; half < 4; half++) {
      await clock.advance(500)
      sink.flush(() => {})
    }
    expect(told).toHaveBeenCalledTimes(1)
    writing.mockImplementation((_, __, ___, length) => length as unknown as number)
    await sink.close()
  })
})

describe('lines that are gathered', () => {
  const told: string[] = []
  let isFull = false
  beforeEach(() => {
    told.length = 0
    isFull = false
    const write = (_: number, data: Uint8Array, offset: number, length: number) => {
      if (isFull) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
      told.push(Buffer.from(data).toString('utf8', offset, length))
      return length
    }
    // Sound: the sink calls it in this form alone.
    const writing = vi.spyOn(fs, 'writeSync').mockImplementation(write as never)
    return () => writing.mockRestore()
  })
  const opened = (limits: object = {}) => {
    const sink = new FileDescriptorSink(1, { ...LIMITS, gather: true, ...limits })
    onTestFinished(() => sink.close())
    return sink
  }
  const nextTurn = () => new Promise(setImmediate)

  test('leave together at the end of the turn, behind the first', async () => {
    const sink = opened()
    for (const line of ['1\n', '2\n', '3\n']) sink.write(line)
    expect(told).toEqual(['1\n'])
    await nextTurn()
    expect(told).toEqual(['1\n', '2\n3\n'])
    sink.write('4\n')
    expect(told).toEqual(['1\n', '2\n3\n', '4\n'])
  })

  test('leave earlier where somebody waits, and where they are many', async () => {
    const sink = opened()
    for (const line of ['1\n', '2\n']) sink.write(line)
    await new Promise<void>((resolve) => sink.flush(() => resolve()))
    expect(told).toEqual(['1\n', '2\n'])
    await nextTurn()
    for (const line of ['3\n', `${'x'.repeat(70_000)}\n`]) sink.write(line)
    expect(told.join('')).toHaveLength(6 + 70_001)
  })

  test('are written one by one once the rest had to leave at once, for no turn may follow', async () => {
    const sink = opened()
    for (const line of ['1\n', '2\n']) sink.write(line)
    sink.flushSync()
    sink.write('3\n')
    expect(told).toEqual(['1\n', '2\n', '3\n'])
    await nextTurn()
    for (const line of ['4\n', '5\n']) sink.write(line)
    expect(told).toEqual(['1\n', '2\n', '3\n', '4\n'])
    await sink.close()
  })

  test('wait one by one where nobody reads, and are dropped and counted one by one', async () => {
    isFull = true
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    onTestFinished(() => warn.mockRestore())
    const sink = opened({ maxPending: 7 })
    for (const line of ['11\n', '22\n', '33\n', '4\n', '5\n']) sink.write(line)
    await nextTurn()
    expect(sink.dropped).toBe(3)
    expect(warn).toHaveBeenCalledOnce()
    isFull = false
    await sink.close()
    expect(told.join('')).toBe('11\n22\n')
  })

  test('are written again, once somebody reads, where a signal has not ended the process', async () => {
    isFull = true
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    onTestFinished(() => {
      warn.mockRestore()
      kill.mockRestore()
    })
    const before = process.listenerCount('SIGHUP')
    const sink = opened({ patience: 0 })
    sink.write('1\n')
    process.emit('SIGHUP', 'SIGHUP')
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGHUP')
    await nextTurn()
    isFull = false
    sink.write('2\n')
    expect([told, sink.dropped]).toEqual([['2\n'], 1])
    expect(process.listenerCount('SIGHUP')).toBe(before + 1)
  })

  test('let signals do what they did once it is closed', async () => {
    const before = process.listenerCount('SIGHUP')
    const sink = opened()
    expect(process.listenerCount('SIGHUP')).toBe(before + 1)
    sink.write('1\n')
    await nextTurn()
    expect(process.listenerCount('SIGHUP')).toBe(before + 1)
    await sink.close()
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })
})
