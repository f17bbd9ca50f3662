import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Screen } from '../src/screen.ts'
import { story } from '../src/script.ts'
import { readSettings } from '../src/settings.ts'
import { simulate } from '../src/simulate.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const run = (...args: string[]) => promisify(execFile)(process.execPath, [MAIN, ...args])

describe('start', () => {
  test('prints the same for the same seed: a line for each phase, then what each policy saved', async () => {
    const [one, two] = await Promise.all([run('--seed', '7'), run('--seed', '7')])

    expect(two.stdout).toBe(one.stdout)
    expect(one.stderr).toBe('')
    for (const { name } of story) expect(one.stdout).toContain(`\n${name.padEnd(10)}`)
    const { savings } = await simulate(7, story)
    expect(one.stdout).toContain(`${savings.circuitBreaker}  CircuitBreaker attempts not made`)
    expect(one.stdout).toContain(`${savings.hedge}  Hedge`)
    expect(one.stdout).not.toContain('\u001b')
    expect(README).toContain(one.stdout.slice(one.stdout.indexOf('\nserver ')))
    // A terminal of 80 columns would break what is longer, and could not be written over.
    for (const line of one.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  }, 60_000)

  test('says what it takes, where it is given something else', async () => {
    await expect(run('--seed', 'seven')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: '--seed must be a whole number from 0, received seven.\n',
    })
  }, 60_000)
})

describe('the settings', () => {
  test('have a seed, with or without the -- of npm', () => {
    expect(readSettings([])).toEqual({ seed: 1 })
    expect(readSettings(['--', '--seed', '42'])).toEqual({ seed: 42 })
  })

  test.each([['--seed', '-1'], ['--seed', '1.5'], ['--seed'], ['--speed', '2'], ['7']])(
    'refuse %s %s',
    (...args) => {
      expect(() => readSettings(args.filter((arg) => arg !== undefined))).toThrow()
    },
  )
})

describe('the screen', () => {
  const play = async (isTTY: boolean, rows = 24) => {
    const written: string[] = []
    const screen = new Screen({ isTTY, rows, write: (text: string) => written.push(text) > 0 })
    const end = await simulate(7, story.slice(0, 2), (scene) => screen.show(scene))
    screen.end(end, ['the end'])
    return written
  }

  test('of a terminal is written over in place, and ends as elsewhere', async () => {
    const [terminal, file] = [await play(true), await play(false)]

    expect(terminal.at(-1)).toBe(file.at(-1))
    const table = terminal[0] ?? ''
    const height = table.split('\n').length - 1
    expect(terminal[1]).toBe(`\u001b[${height}A\u001b[0J`)
    expect(terminal.at(-1)).toMatch(/the end\n$/)
  })

  test('of a terminal is no taller than that', async () => {
    const frames = (await play(true, 10)).slice(0, -1).filter((text) => !text.startsWith('\u001b'))

    for (const frame of frames) expect(frame.split('\n')).toHaveLength(10)
  })

  test('of a file has a line for each phase that is over', async () => {
    const lines = await play(false)

    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^ {2}15 s {2}well +150 +\d+ .* circuit closed\n$/)
  })
})
