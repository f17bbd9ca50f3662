import fs, { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { FileDescriptorSink } from './file-descriptor-sink.js'

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
    const sink = new FileDescriptorSink(fd, { maxPending: 1_000_000, patience: 1_000, clock })
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

test('a line of which a part was taken is not torn by those that come meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'))
  const { writeSync } = fs
  const taken = vi
    .spyOn(fs, 'writeSync')
    .mockImplementationOnce((fd, data, offset) => writeSync(fd, data as never, offset as never, 2))
  try {
    const fd = openSync(join(folder, 'log'), 'w')
    const sink = new FileDescriptorSink(fd, { maxPending: 1_000, patience: 1_000, clock: new TestClock() })
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
