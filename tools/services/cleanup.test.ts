import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { serverAccount } from './account.ts'
import type { ServiceKind } from './kinds.ts'
import { missingOwn } from './missing.ts'
import { descendants } from './process-tree.ts'

const LONG = 120_000
const fixtures = join(import.meta.dirname, 'fixtures')

/** A process that owns a server, in a group of its own, as a shell would start it. */
function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: fixtures,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
}

/** Where its server is: the first line of JSON that it prints. */
async function told(child: ChildProcess): Promise<{ url: string; log: string }> {
  if (child.stdout === null) throw new Error('Its output is not ours.')
  child.stderr?.on('data', (text) => process.stderr.write(text))
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return JSON.parse(line)
  }
  throw new Error('It said nothing.')
}

/** The keeper holds its owner's standard error open, and so the event comes when both are gone. */
const gone = (child: ChildProcess) => once(child, 'close')

function workingFolder(pid: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

/** Processes that run in a folder, or did until it was removed. */
function inhabitants(folder: string): string[] {
  const all = existsSync('/proc') ? readdirSync('/proc') : []
  return all.filter((name) => /^\d+$/.test(name) && workingFolder(name)?.startsWith(folder))
}

function expectNothingLeft(log: string): void {
  const folder = dirname(log)
  expect(existsSync(folder)).toBe(false)
  expect(inhabitants(folder)).toEqual([])
}

function needs(kind: ServiceKind): boolean {
  return process.env['CI'] === 'true' || missingOwn(kind) === undefined
}

describe('the server of a process that is gone', () => {
  const cases: [ServiceKind, NodeJS.Signals][] = [
    ['redis', 'SIGKILL'],
    ['redis', 'SIGINT'],
    ['postgres', 'SIGKILL'],
    ['postgres', 'SIGTERM'],
    ['rabbitmq', 'SIGKILL'],
  ]

  for (const [kind, signal] of cases) {
    test.runIf(needs(kind))(
      `${kind}, after ${signal}, is gone too, with its folder`,
      { timeout: LONG },
      async () => {
        const owner = start(['owner.ts', kind])
        const { log } = await told(owner)
        expect(existsSync(log)).toBe(true)

        // To the whole group, as Ctrl-C does.
        process.kill(-Number(owner.pid), signal)
        await gone(owner)
        expectNothingLeft(log)
      },
    )
  }

  const watchable = needs('postgres') && existsSync('/proc')
  test.runIf(watchable)('is gone although it was still being made', { timeout: LONG }, async () => {
    const owner = start(['owner.ts', 'postgres'])
    let folder: string | undefined
    while (folder === undefined && owner.exitCode === null) {
      await new Promise((resolve) => setImmediate(resolve))
      folder = descendants(Number(owner.pid))
        .map(workingFolder)
        .find((path) => path?.includes('base-postgres-'))
    }
    process.kill(Number(owner.pid), 'SIGKILL')
    await gone(owner)

    expectNothingLeft(join(folder ?? 'nowhere', 'log.txt'))
  })
})

describe('the shared server of a test run', () => {
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')

  test.runIf(needs('redis')).each(['SIGINT', 'SIGKILL'] as const)(
    'is gone when the run is ended by %s',
    async (signal) => {
      const run = start([vitest, 'run', 'waiting'])
      const { log } = await told(run)

      process.kill(-Number(run.pid), signal)
      await gone(run)
      expectNothingLeft(log)
    },
    LONG,
  )
})

describe('the account of a server', () => {
  const asRoot = process.getuid?.() === 0

  test.runIf(asRoot && needs('postgres'))(
    'may be our own, without root',
    { timeout: LONG },
    async (context) => {
      const nobody = serverAccount() ?? {}
      const probe = start(['--version'], { ...nobody, cwd: '/' })
      const [code] = await Promise.race([once(probe, 'exit'), once(probe, 'error')])
      if (code !== 0) return context.skip('This folder is closed to others.')

      const owner = start(['owner.ts', 'postgres'], nobody)
      const { log } = await told(owner)
      owner.kill('SIGKILL')
      await gone(owner)
      expectNothingLeft(log)
    },
  )
})
