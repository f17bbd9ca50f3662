import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWithService, services } from './index.ts'
import { missing } from './missing.ts'

const LONG = 120_000
const fixtures = join(import.meta.dirname, 'fixtures')
const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')

/** A run of its own over the two fixtures that need postgres. */
function run(env: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const child = spawnSync(process.execPath, [vitest, 'run', '--reporter=verbose', 'first', 'second'], {
    cwd: fixtures,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: '', POSTGRES_URL: '', ...env },
  })
  return { status: child.status, output: child.stdout + child.stderr }
}

describe('describeWithService', () => {
  test('skips without a server, and says why', { timeout: LONG }, () => {
    const { status, output } = run({ TEST_SERVICES: 'off' })

    expect(status).toBe(0)
    expect(output).toContain('Tests that need postgres are skipped: TEST_SERVICES=off and no POSTGRES_URL.')
    expect(output).toContain('with postgres (skipped: TEST_SERVICES=off and no POSTGRES_URL)')
    expect(output).toMatch(/Tests +2 skipped/)
  })

  test('fails without a server where CI=true', { timeout: LONG }, () => {
    const { status, output } = run({ TEST_SERVICES: 'off', CI: 'true' })

    expect(status).toBe(1)
    expect(output).toContain('with postgres: is there, as CI=true demands')
    expect(output).toMatch(/Tests +2 failed \| 2 skipped/)
  })

  test.runIf(process.env['CI'] === 'true' || missing('postgres') === undefined)(
    'gives each file a database of its own on one server',
    () => {
      const { status, output } = run({})
      const urls = [...output.matchAll(/<(.*)>/g)].map(([, url]) => new URL(url ?? ''))

      expect(status).toBe(0)
      expect(new Set(urls.map(({ pathname }) => pathname)).size).toBe(2)
      expect(new Set(urls.map(({ host }) => host)).size).toBe(1)
    },
    LONG,
  )

  describeWithService('redis', (redis) => {
    let seenWhileCollected: unknown
    try {
      seenWhileCollected = redis.url
    } catch (error) {
      seenWhileCollected = error
    }

    test('has nothing to show while tests are collected', () => {
      expect(String(seenWhileCollected)).toContain('not while they are collected')
    })
  })

  test('is for tests; scripts open the same shares by name', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'redis', 'rabbitmq'])
  })
})
