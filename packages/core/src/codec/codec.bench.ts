import { jsonCodec } from '@base/core/codec'
import { bench } from '@base-internal/tools/bench'
import { parse, stringify } from 'devalue'
import superjson from 'superjson'

const plain = (index: number) => ({
  id: index,
  name: `order-${index}`,
  paid: true,
  lines: Array.from({ length: 10 }, (_, line) => ({
    sku: `sku-${line}`,
    quantity: line,
    price: 9.99,
    note: null,
  })),
})
const rich = (index: number) => ({
  ...plain(index),
  at: new Date(index),
  total: 10_000n,
  tags: new Set(['a', 'b']),
  stock: new Map([['a', 1]]),
})

const roundTrips = (make: (index: number) => unknown) => ({
  contestants: {
    '@base/core': (index: number) => jsonCodec.decode(jsonCodec.encode(make(index))),
    devalue: (index: number) => parse(stringify(make(index))),
    superjson: (index: number) => superjson.parse(superjson.stringify(make(index))),
    structuredClone: (index: number) => structuredClone(make(index)),
  },
})

await bench({
  name: '@base/core/codec, there and back',
  ours: '@base/core',
  workloads: {
    'plain JSON': { floor: (index) => JSON.parse(JSON.stringify(plain(index))), ...roundTrips(plain) },
    'with Date, bigint, Set and Map': roundTrips(rich),
  },
})
