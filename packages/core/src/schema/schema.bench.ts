import { parseJson, unchecked, validateSync } from '@base/core/schema'
import { bench } from '@base-internal/tools/bench'
import * as z from 'zod'

const orders = Array.from({ length: 50 }, (_, index) => ({
  id: `order_${index}`,
  total: 12.5 * index,
  customer: { name: 'Ann Example', email: `ann${index}@example.com`, vip: index % 2 === 0 },
  lines: [{ sku: 'apple', quantity: index, note: null }],
  createdAt: '2025-01-01T00:00:00Z',
}))
const compact = JSON.stringify({ orders })
const indented = JSON.stringify({ orders: orders.slice(0, 27) }, null, 2)
const texts = JSON.stringify({ texts: orders.map(({ id }) => `${id} ${'a long text, '.repeat(15)}`) })
const greek = JSON.stringify({
  texts: orders.slice(0, 35).map(({ id, lines }) => ({ id, lines, note: 'καλημέρα κόσμε '.repeat(8) })),
})
const anything = unchecked<unknown>()
const order = z.object({ id: z.string(), total: z.number() })

const outcome = (result: { ok: boolean; value?: unknown }): unknown => result.value
const parse = (text: string) => {
  const bytes = new TextEncoder().encode(text)
  const decoder = new TextDecoder()
  return {
    text: {
      contestants: {
        '@base/core': { run: () => parseJson(anything, text), read: outcome },
        // As it is when it is awaited, for so is ours.
        'JSON.parse': async () => JSON.parse(text) as unknown,
      },
    },
    bytes: {
      contestants: {
        '@base/core': { run: () => parseJson(anything, bytes), read: outcome },
        'JSON.parse': async () => JSON.parse(decoder.decode(bytes)) as unknown,
      },
    },
  }
}
const size = (text: string): string => `${(text.length / 1_000).toFixed(1)} kB`

await bench({
  name: '@base/core/schema',
  ours: '@base/core',
  workloads: {
    [`compact JSON, ${size(compact)}`]: parse(compact).text,
    [`compact JSON, ${size(compact)}, bytes`]: parse(compact).bytes,
    [`indented JSON, ${size(indented)}`]: parse(indented).text,
    [`long texts, ${size(texts)}`]: parse(texts).text,
    [`Greek texts, ${size(greek)}`]: parse(greek).text,
    'validate with zod': {
      contestants: {
        '@base/core': { run: (total) => validateSync(order, { id: 'a', total }), read: outcome },
        'zod safeParse': {
          run: (total) => order.safeParse({ id: 'a', total }),
          read: ({ data }: { data?: unknown }) => data,
        },
      },
    },
  },
})
