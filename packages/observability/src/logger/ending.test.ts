import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { inParallel } from '@base-internal/tools/consumer'
import { describe, expect, onTestFinished, test } from 'vitest'

const FIXTURE = fileURLToPath(new URL('fixtures/ending.ts', import.meta.url))
const LINES = 200

/** A process that logs so many lines and ends, or waits to be told to. */
function start(
  way: string,
  lines: number,
  {
    channel = 'ignore',
    how = '',
    output = 'pipe',
    errors = 'ignore',
  }: {
    readonly channel?: 'ipc' | 'ignore'
    readonly how?: string
    readonly output?: 'pipe' | number
    readonly errors?: 'pipe' | 'ignore'
  } = {},
): ChildProcess {
  const child = spawn(process.execPath, [FIXTURE, way, String(lines), how], {
    stdio: ['ignore', output, errors, channel],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** What a process printed whose output was not read before its end, and what it said of lines that are lost. */
async function lossOf(
  child: ChildProcess,
): Promise<{ printed: string; dropped: number; warnings: (string | undefined)[] }> {
  // Not later: what nobody reads then is thrown away.
  const reading = new Promise<string>((resolve) => {
    child.once('exit', () => resolve(child.stdout === null ? '' : text(child.stdout)))
  })
  const said = await text(child.stderr as NonNullable<typeof child.stderr>)
  return {
    printed: await reading,
    dropped: Number(/^dropped (\d+)$/m.exec(said)?.[1]),
    warnings: [...said.matchAll(/LoggerWarning: (.*)/g)].map(([, message]) => message),
  }
}

/** The numbers of the lines that came. */
function numbersOf(printed: string): number[] {
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: number }).number)
}

const upTo = (count: number) => Array.from({ length: count }, (_, number) => number)

describe('no line is lost', () => {
  const numbersOfRuns = (way: string, runs: number, how: string) =>
    inParallel(
      upTo(runs).map(() => async () => {
        const { stdout } = start(way, LINES, { how })
        return numbersOf(await text(stdout as NonNullable<typeof stdout>))
      }),
      2,
    )
  const WAYS = ['exit', 'sigterm', 'crash', 'rejection', 'close']

  // pino#2054, #1705 and #2481: the last lines were. A hundred processes in all.
  test.each(WAYS)('when a process ends by %s', { timeout: 300_000 }, async (way) => {
    for (const numbers of await numbersOfRuns(way, 20, '')) expect(numbers).toEqual(upTo(LINES))
  })

  test.each(WAYS)('that was gathered when a process ends by %s', { timeout: 300_000 }, async (way) => {
    for (const numbers of await numbersOfRuns(way, 4, 'gather')) expect(numbers).toEqual(upTo(LINES))
  })

  test.each(['', 'gather'])('that a listener of the exit logs: %j', { timeout: 60_000 }, async (how) => {
    for (const numbers of await numbersOfRuns('late', 1, how)) expect(numbers).toEqual(upTo(LINES + 2))
  })

  test.each([
    ['info', ''],
    ['fatal', ''],
    ['info', 'gather'],
    ['fatal', 'gather'],
  ])(
    'nor does one that is logged when nothing is left to do keep the process: %s %j',
    {
      timeout: 60_000,
    },
    async (level, how) => {
      for (const numbers of await numbersOfRuns(`before ${level}`, 1, how))
        expect(numbers).toEqual(upTo(LINES + 1))
    },
  )
})

describe('a pipe that nobody reads', () => {
  test('stops no process: it answers, counts what it drops, and prints the rest whole at its end', {
    timeout: 120_000,
  }, async () => {
    const total = 20_000
    const child = start('full', total, { channel: 'ipc' })
    const [logged] = (await once(child, 'message')) as [{ dropped: number }]
    expect(logged.dropped).toBeGreaterThan(0)
    child.send('are you there?')
    await once(child, 'message')

    child.send('end')
    const numbers = numbersOf(await text(child.stdout as NonNullable<typeof child.stdout>))
    expect(numbers).toEqual(upTo(total - logged.dropped))
  })
})

describe('lines that nobody has taken when the process is over are counted, and warned of once', () => {
  const TOTAL = 1_500
  const UNTAKEN = /^Lines of the log are lost: they were not taken within 10ms \(patience\); last of all: /

  test.each(['exit', 'crash', 'late', 'idle'])('%s', { timeout: 60_000 }, async (way) => {
    const child = start(way, TOTAL, { how: 'unread', errors: 'pipe' })
    const { printed, dropped, warnings } = await lossOf(child)
    expect(warnings).toEqual([expect.stringMatching(UNTAKEN)])
    expect(numbersOf(printed)).toEqual(upTo(TOTAL + (way === 'late' ? 2 : 0) - dropped))
  })

  test('sigterm', { timeout: 60_000 }, async () => {
    const { warnings } = await lossOf(start('sigterm', TOTAL, { how: 'unread', errors: 'pipe' }))
    expect(warnings).toEqual([expect.stringMatching(UNTAKEN)])
  })

  test('lines that were lost just before', { timeout: 60_000 }, async () => {
    const { dropped, warnings } = await lossOf(start('overflow', TOTAL, { how: 'unread', errors: 'pipe' }))
    expect(dropped).toBeGreaterThan(0)
    expect(warnings).toEqual([expect.stringContaining('1 bytes (maxPending) wait already')])
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk', { timeout: 60_000 }, async () => {
    const disk = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(disk))
    const { dropped, warnings } = await lossOf(
      start('exit', LINES, { how: 'unread', output: disk, errors: 'pipe' }),
    )
    expect(dropped).toBe(LINES)
    expect(warnings).toEqual([expect.stringContaining('ENOSPC: no space left on device')])
  })
})
