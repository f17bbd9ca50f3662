import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AdaptiveBulkhead } from './index.js'

/** A dependency that serves so many at once; whoever comes beside them makes all slower. */
const CAPACITY = 40
/** More than may ever run, so that there is always somebody who waits. */
const CALLERS = 300
const SECONDS = 120
/** Seconds at which the dependency becomes four times slower, and as fast as before. */
const SLOWS_DOWN = 40
const RECOVERS = 80

interface Sample {
  readonly second: number
  readonly limit: number
  readonly latency: number
}

/** What happens each second, by the clock of a test: the same in each run. */
async function simulate(): Promise<Sample[]> {
  const clock = new TestClock()
  const end = SECONDS * 1_000
  const bulkhead = new AdaptiveBulkhead({ min: 5, max: 200, maxWait: Number.POSITIVE_INFINITY, clock })
  let serving = 0
  let latency = 0
  const serve = async () => {
    serving++
    const second = clock.monotonic() / 1_000
    const alone = second >= SLOWS_DOWN && second < RECOVERS ? 400 : 100
    latency = Math.round(alone * Math.max(1, serving / CAPACITY))
    await clock.sleep(latency)
    serving--
  }
  const caller = async () => {
    while (clock.monotonic() < end) await bulkhead.execute(serve)
  }
  const callers = Array.from({ length: CALLERS }, caller)
  const samples: Sample[] = []
  for (let second = 0; second < SECONDS; second++) {
    samples.push({ second, limit: bulkhead.limit, latency })
    await clock.advance('1s')
  }
  await clock.runAll()
  await Promise.all(callers)
  return samples
}

/** The docs show it: `vitest run -u latency-steps` draws it anew. */
function draw(samples: readonly Sample[]): string {
  const panel = (top: number, title: string, most: number, of: (sample: Sample) => number) => {
    const y = (value: number) => (top + 140 * (1 - value / most)).toFixed(1)
    const points = samples.map((sample) => `${60 + sample.second * 5},${y(of(sample))}`).join(' ')
    return [
      `<text x="60" y="${top - 10}">${title}</text>`,
      `<rect x="60" y="${top}" width="600" height="140" fill="none" stroke="#999"/>`,
      `<text x="54" y="${top + 5}" text-anchor="end">${most}</text>`,
      `<text x="54" y="${top + 145}" text-anchor="end">0</text>`,
      `<polyline points="${points}" fill="none" stroke="#06c" stroke-width="2"/>`,
    ]
  }
  const step = (second: number, text: string) => [
    `<line x1="${60 + second * 5}" y1="30" x2="${60 + second * 5}" y2="370" stroke="#c60" stroke-dasharray="4"/>`,
    `<text x="${64 + second * 5}" y="386" fill="#c60">${text}</text>`,
  ]
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 410" font-family="sans-serif" font-size="12">',
    '<title>The limit of an AdaptiveBulkhead, and the latency of its calls, over 120 seconds</title>',
    '<rect width="680" height="410" fill="#fff"/>',
    ...panel(30, 'limit: calls at once', 150, ({ limit }) => limit),
    ...panel(230, 'latency in milliseconds', 1_000, ({ latency }) => latency),
    ...step(SLOWS_DOWN, `${SLOWS_DOWN} s: four times slower`),
    ...step(RECOVERS, `${RECOVERS} s: as before`),
    '</svg>',
    '',
  ].join('\n')
}

describe('given a dependency that serves 40 at once, and more callers than that', () => {
  const simulated = simulate()
  const at = async (second: number) => (await simulated)[second] as Sample

  test('the limit comes to rest above the capacity, where latency is half as long again', async () => {
    expect((await at(15)).limit).toBeGreaterThan(55)
    expect((await at(39)).limit).toBeLessThan(100)
    expect((await at(39)).latency).toBeLessThan(250)
  })

  test('within ten seconds of a step to four times the latency it is down to the capacity', async () => {
    expect((await at(SLOWS_DOWN + 10)).limit).toBeLessThanOrEqual(CAPACITY)
    expect((await at(SLOWS_DOWN + 20)).limit).toBeLessThan(20)
    expect((await at(SLOWS_DOWN + 20)).latency).toBe(400)
  })

  test('and within twenty seconds of the step back it is above it again', async () => {
    expect((await at(RECOVERS + 20)).limit).toBeGreaterThan(55)
    expect((await at(SECONDS - 1)).latency).toBeLessThan(400)
  })

  test('as the docs show it', async () => {
    await expect(draw(await simulated)).toMatchFileSnapshot('../../../../docs/guides/adaptive-bulkhead.svg')
  })
})
