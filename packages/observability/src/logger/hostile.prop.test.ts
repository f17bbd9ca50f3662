import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'

const SECRET = 'hunter2-hunter2'

/** Values that would break a careless writer. */
const hostile: readonly (() => unknown)[] = [
  () => {
    const ring: Record<string, unknown> = {}
    ring['ring'] = ring
    return ring
  },
  () => ({
    get x() {
      throw new Error('getter')
    },
  }),
  () => ({
    toJSON() {
      throw new Error('toJSON')
    },
  }),
  () =>
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('ownKeys')
        },
      },
    ),
  () =>
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('getPrototypeOf')
        },
      },
    ),
  () =>
    new Proxy([], {
      get: () => {
        throw new Error('get')
      },
    }),
  () => Proxy.revocable({}, {}),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  () => 10n ** 5_000n,
  () => Symbol('s'),
  () => () => 1,
  () => new Date(Number.NaN),
  () => Object.create(null),
  () => 'x'.repeat(1_000_000),
  () => '\ud800\u0000\u2028"\\',
  () => Array.from({ length: 100_000 }, (_, n) => n),
  () => Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n])),
  () => Array.from({ length: 5_000 }).reduce<unknown>((inner) => ({ inner }), 1),
  () => new Map([[{}, 1]]),
  () => new Set([new Set([1])]),
  () => new Uint8Array(1_000_000),
  () => Promise.resolve(1),
  () => Object.assign(new Error('e'), { message: { toString: 1 }, stack: 5 }),
  () =>
    Object.defineProperty(new Error('e'), 'stack', {
      get: () => {
        throw new Error('stack')
      },
    }),
  () =>
    new Error('e', {
      cause: Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw 1
        },
      }),
    }),
  () => JSON.parse('{"__proto__":{"a":1},"constructor":1,"toJSON":2,"then":3}'),
  () => new Array(3),
]
/** Made where they are used, for who generates values looks into them. */
type Make = () => unknown
const anyValue: fc.Arbitrary<Make> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...hostile) },
  {
    weight: 1,
    arbitrary: fc
      .anything({
        withDate: true,
        withMap: true,
        withSet: true,
        withBigInt: true,
        withNullPrototype: true,
        withTypedArray: true,
      })
      .map((value) => () => value),
  },
)
const anyKey = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'level',
    'msg',
    'message',
    'err',
    'error',
    'req',
    'res',
    'labels',
    'log',
    'time',
    '__proto__',
  ),
)
const anyFields: fc.Arbitrary<Make> = fc
  .dictionary(anyKey, anyValue, { maxKeys: 4 })
  .map((fields) => () => Object.fromEntries(Object.entries(fields).map(([key, make]) => [key, make()])))

describe.each(['json', 'ecs'] as const)('in %s, whatever is logged', (format) => {
  test('nothing is thrown, and every line is one line of valid JSON of bounded size, with no key twice', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyValue, anyFields),
        fc.array(anyValue, { maxLength: 3 }),
        anyFields,
        (first, rest, bound) => {
          const memory = memoryLogger({ format })
          const log = memory.logger.child(bound() as object)
          log.info(first() as object, ...(rest.map((make) => make()) as [string]))
          const lines = memory.text.split('\n')
          expect(lines).toHaveLength(2)
          expect(memory.text.length).toBeLessThan(1_000_000)
          const line = JSON.parse(lines[0] ?? '')
          expect(line.level === 30 || line['log.level'] === 'info').toBe(true)
        },
      ),
      { numRuns: runs({ ci: 300, soak: 10_000 }) },
    )
  })

  test('no secret under a known key is shown, wherever it lies', () => {
    const secret = fc.record({ [`password`]: fc.constant(SECRET) })
    const place = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        secret,
        fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(fc.string({ minLength: 1 }), tie('node'), { minKeys: 1, maxKeys: 3 }),
        tie('node').map((node) => new Map([['m', node]])),
        tie('node').map((node) => new Set([node])),
        tie('node').map((cause) => new Error('e', { cause })),
      ),
    })).node
    fc.assert(
      fc.property(place, (value) => {
        const memory = memoryLogger({ format })
        memory.logger.info({ value })
        memory.logger.child({ value }).info('%j', value)
        expect(memory.text).not.toContain(SECRET)
      }),
      { numRuns: runs({ ci: 300, soak: 10_000 }) },
    )
  })
})
