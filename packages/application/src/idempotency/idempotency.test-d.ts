import { describe, expectTypeOf, test } from 'vitest'
import { createIdempotency, type IdempotencyResult, memoryIdempotencyStore } from './index.js'

const idempotency = createIdempotency({ store: memoryIdempotencyStore() })

describe('Idempotency', () => {
  test('gives what the function gives, awaited', () => {
    expectTypeOf(idempotency.run('k', 'f', () => 1)).resolves.toEqualTypeOf<IdempotencyResult<number>>()
    const later = idempotency.run('k', 'f', async ({ fence, takeover, signal }) => ({
      fence,
      takeover,
      signal,
    }))
    expectTypeOf(later).resolves.toEqualTypeOf<
      IdempotencyResult<{ fence: bigint; takeover: boolean; signal: AbortSignal }>
    >()
  })

  test('needs a store, and a text for a fingerprint', () => {
    // @ts-expect-error: where are the keys kept?
    createIdempotency({})
    // @ts-expect-error: not a text
    idempotency.run('k', 7, () => 1)
  })

  test('takes a signal that may be missing', () => {
    const run = (signal?: AbortSignal) => idempotency.run('k', 'f', () => 1, { signal })
    expectTypeOf(run()).resolves.toEqualTypeOf<IdempotencyResult<number>>()
  })

  test('knows the payload of each event', () => {
    idempotency.on('run', ({ fence }) => expectTypeOf(fence).toEqualTypeOf<bigint>())
    // @ts-expect-error: there is no such event
    idempotency.on('done', () => {})
  })
})
