import { assert } from '@base/core/testing'
import type { ClaimAnswer, IdempotencyClaim, IdempotencyStore } from '../idempotency/idempotency-store.js'

let tokens = 0

/** The lease of a {@link claimOf}: long enough that none ends while a law is proved. */
export const LEASE = 60_000

/** How long an outcome of a {@link claimOf} is kept. */
export const TTL = 3_600_000

/** Another request than that of a {@link claimOf}. */
export const OTHER: Pick<IdempotencyClaim, 'fingerprint'> = { fingerprint: 'g'.repeat(43) }

/** A claim that no other has made. */
export function claimOf(key: string, rest: Partial<IdempotencyClaim> = {}): IdempotencyClaim {
  tokens += 1
  const token = `token-${tokens}-${crypto.randomUUID()}`
  return { key, fingerprint: 'f'.repeat(43), token, lease: LEASE, ttl: TTL, ...rest }
}

/** The same, once it has asked for its key. */
export async function claimed(
  store: IdempotencyStore,
  key: string,
  rest: Partial<IdempotencyClaim> = {},
): Promise<IdempotencyClaim> {
  const claim = claimOf(key, rest)
  await store.claim(claim)
  return claim
}

/** The fence of an answer that must be of that state. */
export function fenceOf(answer: ClaimAnswer, state: 'run' | 'takeover'): bigint {
  assert.equal(answer.state, state)
  const { fence } = answer as Extract<ClaimAnswer, { state: 'run' }>
  assert.equal(typeof fence, 'bigint')
  return fence
}
