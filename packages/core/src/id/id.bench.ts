import { randomUUID } from 'node:crypto'
import { isUlid, isUuid, typedId, ulid, uuidv7 } from '@base/core/id'
import { bench, type Contestant } from '@base-internal/tools/bench'
import { monotonicFactory, ulid as peerUlid } from 'ulid'
import { v7 as peerUuidv7, validate } from 'uuid'

const monotonic = monotonicFactory()
const order = typedId('order')

const made = (run: () => string, read: (id: string) => boolean): Contestant => ({ run, read })
// An id that was never read may be a rope whose pieces are joined by whoever reads it first; a key is read.
const seen = new Set<string>()
const keyed = (run: () => string): Contestant => ({
  run: () => {
    if (seen.size > 10_000) seen.clear()
    const before = seen.size
    return seen.add(run()).size - before
  },
  read: (added: number) => added,
})

await bench({
  name: '@base/core/id',
  ours: '@base/core',
  workloads: {
    UUIDv7: {
      contestants: {
        '@base/core': made(() => uuidv7(), isUuid),
        uuid: made(() => peerUuidv7(), isUuid),
        'randomUUID (version 4)': made(() => randomUUID(), isUuid),
      },
    },
    'UUIDv7 as a key': {
      contestants: {
        '@base/core': keyed(() => uuidv7()),
        uuid: keyed(() => peerUuidv7()),
        'randomUUID (version 4)': keyed(() => randomUUID()),
      },
    },
    ULID: {
      contestants: {
        '@base/core': made(() => ulid(), isUlid),
        'ulid, monotonic': made(() => monotonic(), isUlid),
        'ulid, unordered': made(() => peerUlid(), isUlid),
      },
    },
    'ULID as a key': {
      contestants: {
        '@base/core': keyed(() => ulid()),
        'ulid, monotonic': keyed(() => monotonic()),
        'ulid, unordered': keyed(() => peerUlid()),
      },
    },
    'typed id': {
      contestants: { '@base/core': made(() => order.create(), order.is) },
    },
    'check a UUID': {
      contestants: {
        '@base/core': (i) => isUuid(`01941f29-7c00-7b3e-9c1d-${String(i % 10).repeat(12)}`),
        uuid: (i) => validate(`01941f29-7c00-7b3e-9c1d-${String(i % 10).repeat(12)}`),
      },
    },
  },
})
