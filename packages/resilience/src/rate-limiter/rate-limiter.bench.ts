import { RateLimiter } from '@base/resilience/rate-limiter'
import { bench } from '@base-internal/tools/bench'
import { RateLimiterMemory } from 'rate-limiter-flexible'

const KEYS = 100_000
const LIMIT = 1_000_000_000

const work = async (index: number): Promise<number> => index + 1
const keys = Array.from({ length: KEYS }, (_, index) => `customer:${index}`)
const keyOf = (index: number): string => keys[index % KEYS] as string
/** Neighbours in time are no neighbours in memory: what the processor's cache misses is in the figure. */
const scattered = (index: number): string => keys[(index * 7_919) % KEYS] as string
/** What it costs alone to find a key among so many. */
const counts = new Map(keys.map((key) => [key, 1]))

const ours = new RateLimiter({ policies: [{ limit: 1_000, window: '1m', burst: LIMIT }] })
const two = new RateLimiter({
  policies: [
    { limit: 1_000, window: '1m', burst: LIMIT },
    { limit: 10_000, window: '1h', burst: LIMIT },
  ],
})
const windows = new RateLimiter({ policies: [{ limit: LIMIT, window: '1d', algorithm: 'fixed_window' }] })
const theirs = new RateLimiterMemory({ points: LIMIT, duration: 60 })
const full = new RateLimiter({ policies: [{ limit: 1, window: '1h' }] })
const theirsFull = new RateLimiterMemory({ points: 1, duration: 3_600 })

for (const key of keys) {
  await ours.consume(key)
  await two.consume(key)
  await windows.consume(key)
  await theirs.consume(key)
}
await full.consume('one')
await theirsFull.consume('one')

const allowed = { read: ({ allowed }: { allowed: boolean }) => allowed }
const readTheirs = { read: ({ remainingPoints }: { remainingPoints: number }) => remainingPoints >= 0 }
const bare = async (_: string): Promise<boolean> => true

await bench({
  name: '@base/resilience/rate-limiter',
  ours: '@base/resilience',
  workloads: {
    'an allowed call, among 100,000 keys': {
      floor: (index) => bare(keyOf(index)),
      contestants: {
        '@base/resilience': { run: (index) => ours.consume(keyOf(index)), ...allowed },
        'rate-limiter-flexible': { run: (index) => theirs.consume(keyOf(index)), ...readTheirs },
        'Map.get': async (index) => counts.get(keyOf(index)) === 1,
      },
    },
    'the same, in no order': {
      floor: (index) => bare(scattered(index)),
      contestants: {
        '@base/resilience': { run: (index) => ours.consume(scattered(index)), ...allowed },
        'rate-limiter-flexible': { run: (index) => theirs.consume(scattered(index)), ...readTheirs },
        'Map.get': async (index) => counts.get(scattered(index)) === 1,
      },
    },
    'the same under the policy': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index), { key: keyOf(index) }),
        'rate-limiter-flexible': async (index) => {
          await theirs.consume(keyOf(index))
          return work(index)
        },
      },
    },
    'the same under the policy, without a key': {
      floor: (index) => work(index),
      contestants: {
        '@base/resilience': (index) => ours.execute(() => work(index)),
        'rate-limiter-flexible': async (index) => {
          await theirs.consume('*')
          return work(index)
        },
      },
    },
    'the same by fixed window': {
      floor: (index) => bare(keyOf(index)),
      contestants: {
        '@base/resilience': { run: (index) => windows.consume(keyOf(index)), ...allowed },
        'rate-limiter-flexible': { run: (index) => theirs.consume(keyOf(index)), ...readTheirs },
      },
    },
    'the same by two policies': {
      floor: (index) => bare(keyOf(index)),
      contestants: {
        '@base/resilience': { run: (index) => two.consume(keyOf(index)), ...allowed },
      },
    },
    'a refused call': {
      contestants: {
        '@base/resilience': { run: (index) => full.consume(index < 0 ? '' : 'one'), ...allowed },
        'rate-limiter-flexible': (index) =>
          theirsFull.consume(index < 0 ? '' : 'one').then(
            () => true,
            () => false,
          ),
      },
    },
  },
})
