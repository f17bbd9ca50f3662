import { memoryRateLimitStore, RateLimiter } from '@base/resilience/rate-limiter'
import { bench } from '@base-internal/tools/bench'
import { RateLimiterMemory } from 'rate-limiter-flexible'

const KEYS = 100_000
const LIMIT = 1_000_000_000
/** More than any key is asked for, and few enough to be counted exactly. */
const BURST = 10_000_000

const work = async (index: number): Promise<number> => index + 1
const keys = Array.from({ length: KEYS }, (_, index) => `customer:${index}`)
const keyOf = (index: number): string => keys[index % KEYS] as string
/** Neighbours in time are no neighbours in memory: what the processor's cache misses is in the figure. */
const scattered = (index: number): string => keys[(index * 7_919) % KEYS] as string
/** What it costs alone to find a key among so many, of which no limiter that counts by key can do with less. */
const counts = new Map(keys.map((key) => [key, 1]))

/** Every call takes minutes to be paid off, or keys would be idle and forgotten before they are measured. */
const slow = { limit: 10, window: '1h', burst: BURST } as const
const store = memoryRateLimitStore()
const ours = new RateLimiter({ policies: [slow], store })
const two = new RateLimiter({ policies: [slow, { limit: 100, window: '1d', burst: BURST }] })
const windows = new RateLimiter({ policies: [{ limit: LIMIT, window: '1d', algorithm: 'fixed_window' }] })
const theirs = new RateLimiterMemory({ points: LIMIT, duration: 3_600 })
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
const found = async (key: string): Promise<boolean> => counts.get(key) === 1

await bench({
  name: '@base/resilience/rate-limiter',
  ours: '@base/resilience',
  workloads: {
    'an allowed call, among 100,000 keys': {
      floor: (index) => bare(keyOf(index)),
      contestants: {
        '@base/resilience': { run: (index) => ours.consume(keyOf(index)), ...allowed },
        'rate-limiter-flexible': { run: (index) => theirs.consume(keyOf(index)), ...readTheirs },
      },
    },
    'the same, in no order': {
      floor: (index) => bare(scattered(index)),
      contestants: {
        '@base/resilience': { run: (index) => ours.consume(scattered(index)), ...allowed },
        'rate-limiter-flexible': { run: (index) => theirs.consume(scattered(index)), ...readTheirs },
      },
    },
    'the same in order, where the floor is a Map.get': {
      floor: (index) => found(keyOf(index)),
      contestants: { '@base/resilience': { run: (index) => ours.consume(keyOf(index)), ...allowed } },
    },
    'the same in no order, where the floor is a Map.get': {
      floor: (index) => found(scattered(index)),
      contestants: { '@base/resilience': { run: (index) => ours.consume(scattered(index)), ...allowed } },
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

// The key of calls that have none is one more.
if (store.size !== KEYS + 1) throw new Error(`Of ${KEYS} keys and one, ${store.size} are remembered.`)
