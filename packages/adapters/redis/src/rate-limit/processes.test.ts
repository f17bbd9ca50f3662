import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const PROCESSES = 4
const LIMIT = 100
const MINUTE = 60_000_000

describeWithService('redis', (redis) => {
  describe('four processes that share a limit of 100 a minute', () => {
    const children = new Set<ChildProcess>()
    let plain: Redis
    beforeAll(() => {
      plain = new Redis(redis.url)
    })
    afterAll(() => plain.disconnect())
    afterEach(() => {
      for (const child of children) child.kill('SIGKILL')
      children.clear()
    })

    /** The server's time in microseconds. */
    async function now(): Promise<number> {
      const [seconds, microseconds] = await plain.time()
      return Number(seconds) * 1_000_000 + Number(microseconds)
    }

    async function allowedBy(algorithm: string, key: string): Promise<number> {
      const file = join(import.meta.dirname, 'test-process.ts')
      const outputs = Array.from({ length: PROCESSES }, () => {
        const child = spawn(process.execPath, [file, redis.url, algorithm, key], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        children.add(child)
        return text(child.stdout)
      })
      const counts = (await Promise.all(outputs)).map(Number)
      return counts.reduce((sum, count) => sum + count, 0)
    }

    /** With the server's times before and after. */
    async function timed(algorithm: string, key: string) {
      const from = await now()
      const allowed = await allowedBy(algorithm, key)
      return { from, allowed, to: await now() }
    }

    test('are allowed exactly 100 in a minute by fixed_window', async () => {
      for (let attempt = 0; ; attempt++) {
        const { from, allowed, to } = await timed('fixed_window', `fixed ${attempt}`)
        // Two minutes allow twice as much; then it is tried again, in the new one.
        if (Math.floor(from / MINUTE) !== Math.floor(to / MINUTE) && attempt < 3) continue
        expect(allowed).toBe(LIMIT)
        return
      }
    }, 120_000)

    test('are allowed exactly 100 in any minute by sliding_log', async () => {
      const { from, allowed, to } = await timed('sliding_log', 'log')
      expect(to - from).toBeLessThan(MINUTE)
      expect(allowed).toBe(LIMIT)
    }, 120_000)

    test("are allowed never more by gcra than its formula says at the server's own times", async () => {
      const { from, allowed, to } = await timed('gcra', 'gcra')
      expect(allowed).toBeGreaterThanOrEqual(LIMIT)
      expect(allowed).toBeLessThanOrEqual(LIMIT + Math.floor(((to - from) * LIMIT) / MINUTE))
    }, 120_000)
  })
})
