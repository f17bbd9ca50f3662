import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock } from '@base/core/clock'
import { seededRandom } from '@base/core/testing'
import { Chaos } from '@base/resilience/chaos'
import { runs } from '@base-internal/tools/soak'
import { expect, test } from 'vitest'
import { listen } from '../src/http-server.ts'
import { Play } from '../src/play.ts'
import { PriceClient } from '../src/price-client.ts'
import { PriceServer } from '../src/price-server.ts'
import type { Phase } from '../src/script.ts'

const SECONDS = runs({ ci: 3, soak: 1_200 })
/** What the runner and the JIT keep meanwhile; a leak of 100 bytes a call would be more in a soak. */
const ALLOWED_GROWTH = 4_000_000

/** The story in a second and a half of real time, over real connections. */
const round: readonly Phase[] = [
  { name: 'well', lasts: 300, every: 20, server: { latency: [0, 5], straggles: 0.1 } },
  { name: 'flaky', lasts: 300, every: 20, server: { latency: [0, 5], fails: 0.2, drops: 0.2 } },
  { name: 'hangs', lasts: 200, every: 20, server: { latency: [0, 5], hangs: 0.3 } },
  { name: 'slow', lasts: 200, every: 20, server: { latency: [100, 300], workers: 4 } },
  { name: 'down', lasts: 200, every: 20, server: { latency: [0, 5], fails: 0.5, drops: 0.5 } },
  { name: 'recovered', lasts: 300, every: 20, server: { latency: [0, 5] } },
]

/** Bytes in use once all garbage is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** What keeps the process busy, by kind: sockets and timers. */
function handles(): Record<string, number> {
  const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout']
  const all = process.getActiveResourcesInfo()
  return Object.fromEntries(kinds.map((kind) => [kind, all.filter((each) => each === kind).length]))
}

/** The network as it is, and worse: one request in twenty is reset before it is sent, or late. */
function faultyNetwork() {
  const chaos = new Chaos({
    rate: 0.05,
    latency: { min: 0, max: 50 },
    error: () => new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }),
    enabled: true,
    random: seededRandom(7),
  })
  const counts = { sent: 0 }
  const send: typeof fetch = (input, init) =>
    chaos.execute(
      () => {
        counts.sent++
        return fetch(input, init)
      },
      { signal: init?.signal ?? undefined },
    )
  return { send, chaos, counts }
}

test(
  'round after round of faults over real connections, all is counted and nothing is left',
  async () => {
    const warnings: Error[] = []
    const warned = (warning: Error) => warnings.push(warning)
    process.on('warning', warned)
    const before = handles()
    const server = new PriceServer(systemClock, seededRandom(1))
    const listening = await listen(server)
    const { send, chaos, counts } = faultyNetwork()
    const cast = { url: listening.url, fetch: send, clock: systemClock, random: seededRandom(2) }
    const caller = new PriceClient(cast)
    while ((await caller.ask()) !== 'fresh');

    const sum = { calls: 0, fresh: 0, stale: 0, failed: 0 }
    let heap: number | undefined
    for (const end = performance.now() + SECONDS * 1_000; performance.now() < end; ) {
      const play = new Play({ clock: systemClock, server, caller }, round)
      await play.run()
      const { total } = play
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += total[key]
      expect(total.fresh + total.stale).toBe(total.calls)
      // Losers and what was given up settle when their sockets have closed.
      for (let turn = 0; caller.pending > 0 && turn < 100_000; turn++) await setImmediate()
      expect(caller.pending).toBe(0)
      // After the first round everything has been made that is made once.
      heap ??= heapUsed()
    }
    const growth = heapUsed() - (heap ?? 0)
    await listening.close()
    for (let turn = 0; isMore(handles(), before) && turn < 100_000; turn++) await setImmediate()
    process.off('warning', warned)

    expect(sum).toEqual({ calls: sum.fresh + sum.stale, fresh: sum.fresh, stale: sum.stale, failed: 0 })
    expect(sum.stale).toBe(caller.savings.fallback)
    const { received, answered, failed, dropped, hung, straggled, refused } = server.book
    expect(answered + failed + dropped + hung + straggled + refused).toBe(received)
    // What was given up before it was on its way was sent, but never received.
    expect(received).toBeLessThanOrEqual(counts.sent)
    expect(chaos.stats.faults).toBeGreaterThan(0)
    expect(growth).toBeLessThan(ALLOWED_GROWTH)
    expect(isMore(handles(), before)).toBe(false)
    expect(warnings).toEqual([])
  },
  (SECONDS + 60) * 1_000,
)

function isMore(now: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(now).some(([kind, count]) => count > (before[kind] ?? 0))
}
