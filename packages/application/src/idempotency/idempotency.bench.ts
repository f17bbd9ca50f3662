import { createIdempotency, memoryIdempotencyStore } from '@base/application/idempotency'
import { bench } from '@base-internal/tools/bench'

const KEYS = 10_000
const keys = Array.from({ length: KEYS }, (_, index) => `acme:POST /orders:${index}`)
const keyOf = (index: number): string => keys[index % KEYS] as string

const place = async (): Promise<number> => 7
const idempotency = createIdempotency({ store: memoryIdempotencyStore() })
const known = createIdempotency({ store: memoryIdempotencyStore() })
for (const key of keys) await known.run(key, 'body', place)

/** The least that gives one value to many: no lease, no fingerprint, no copy, no end. */
const promises = new Map<string, Promise<number>>()
const byMap = (key: string): Promise<number> => {
  const found = promises.get(key)
  if (found !== undefined) return found
  const made = place()
  promises.set(key, made)
  return made
}
for (const key of keys) await byMap(key)

let fresh = 0

await bench({
  name: '@base/application/idempotency',
  ours: '@base/application',
  workloads: {
    'a request that comes first': {
      floor: place,
      contestants: {
        '@base/application': {
          run: () => idempotency.run(`key ${fresh++}`, 'body', place),
          read: ({ value }) => value,
        },
        'a Map of promises': () => byMap(`key ${fresh++}`),
      },
    },
    'a request that comes again': {
      floor: place,
      contestants: {
        '@base/application': {
          run: (index) => known.run(keyOf(index), 'body', place),
          read: ({ value }) => value,
        },
        'a Map of promises': (index) => byMap(keyOf(index)),
      },
    },
  },
})
