import { describe, expect, test } from 'vitest'
import type { ClaimAnswer, IdempotencyClaim } from '../idempotency/index.js'
import { answering, broken, but, claiming, type Twin } from './broken.fixture.js'

/** A store that keeps another fingerprint than it is given. */
const printing = (change: (fingerprint: string) => string): Twin =>
  but((store) => {
    const printed = (claim: IdempotencyClaim) => ({ ...claim, fingerprint: change(claim.fingerprint) })
    return {
      claim: (claim) => store.claim(printed(claim)),
      complete: (claim, outcome) => store.complete(printed(claim), outcome),
    }
  })

const keeping = (change: (outcome: string) => string): Twin =>
  but((store) => ({
    complete: (claim, outcome) => store.complete(claim, outcome === undefined ? outcome : change(outcome)),
  }))

/** Beside those that break each law as a whole: what breaks a part of one. */
const twins: readonly (readonly [what: string, law: string, twin: Twin])[] = [
  [
    'whose leases end a tenth early',
    'retryAfter is what is left of the lease',
    claiming(({ lease }) => ({ lease: Math.ceil(lease * 0.9) })),
  ],
  [
    'that tells in seconds when to retry',
    'retryAfter is what is left of the lease',
    answering((answer) =>
      answer.state === 'conflict' ? { ...answer, retryAfter: Math.ceil(answer.retryAfter / 1_000) } : answer,
    ),
  ],
  [
    'that says run where a takeover is repeated',
    'a claim may be repeated by its token',
    but((store) => {
      const taken = new Set<string>()
      return {
        claim: (claim) => {
          const answer = store.claim(claim) as ClaimAnswer
          if (answer.state === 'takeover' && taken.has(claim.token)) return { ...answer, state: 'run' }
          taken.add(claim.token)
          return answer
        },
      }
    }),
  ],
  [
    'that lets a run whose lease is over take itself over',
    'a claim may be repeated by its token',
    (store, clock) => {
      const ends = new Map<string, number>()
      return {
        ...but(() => ({}))(store, clock),
        claim: (claim) => {
          const isOver = (ends.get(claim.token) ?? Number.POSITIVE_INFINITY) <= clock.monotonic()
          ends.set(claim.token, clock.monotonic() + claim.lease)
          return store.claim(isOver ? { ...claim, token: `${claim.token} again` } : claim)
        },
      }
    },
  ],
  [
    'that compares the beginning of fingerprints',
    'another fingerprint is a mismatch, running, over or done',
    printing((fingerprint) => fingerprint.slice(0, 32)),
  ],
  [
    'that compares fingerprints without regard to case',
    'another fingerprint is a mismatch, running, over or done',
    printing((fingerprint) => fingerprint.toLowerCase()),
  ],
  [
    'whose mismatches prolong the outcome',
    'a claim that is refused prolongs nothing',
    but((store) => {
      const done = new Map<string, readonly [IdempotencyClaim, string | undefined]>()
      return {
        complete: (claim, outcome) => {
          const isKept = store.complete(claim, outcome)
          if (isKept) done.set(claim.key, [claim, outcome])
          return isKept
        },
        claim: (claim) => {
          const answer = store.claim(claim) as ClaimAnswer
          const before = done.get(claim.key)
          if (answer.state === 'mismatch' && before !== undefined) store.complete(...before)
          return answer
        },
      }
    }),
  ],
  [
    'that normalizes outcomes',
    'an outcome comes back as it was written',
    keeping((outcome) => outcome.normalize()),
  ],
  ['that trims outcomes', 'an outcome comes back as it was written', keeping((outcome) => outcome.trim())],
  [
    'that forgets the fingerprint of an outcome whose claim was lost',
    'an outcome whose claim was lost is kept',
    but((store) => {
      const prints = new Map<string, string>()
      const lost = new Set<string>()
      return {
        claim: (claim) => {
          const fingerprint = lost.has(claim.key) ? (prints.get(claim.key) ?? '') : claim.fingerprint
          prints.set(claim.key, fingerprint)
          return store.claim({ ...claim, fingerprint })
        },
        complete: (claim, outcome) => {
          if (!prints.has(claim.key)) lost.add(claim.key)
          prints.set(claim.key, claim.fingerprint)
          return store.complete(claim, outcome)
        },
      }
    }),
  ],
  [
    'whose outcomes end a twentieth early',
    'an outcome is kept for its ttl, and the key is as new then',
    but((store) => ({
      complete: (claim, outcome) => store.complete({ ...claim, ttl: Math.ceil(claim.ttl * 0.95) }, outcome),
    })),
  ],
  [
    'that gives a takeover the lease of the run before',
    'a run whose lease is over is taken over, once',
    but((store) => {
      const first = new Map<string, number>()
      return {
        claim: (claim) => {
          const lease = first.get(claim.key) ?? claim.lease
          first.set(claim.key, lease)
          return store.claim({ ...claim, lease })
        },
      }
    }),
  ],
  [
    'that gives nothing back once the lease is over',
    'a run whose lease is over may end, or be given back, until it is taken over',
    (store, clock) => {
      const ends = new Map<string, number>()
      return {
        ...but(() => ({}))(store, clock),
        claim: (claim) => {
          ends.set(claim.token, clock.monotonic() + claim.lease)
          return store.claim(claim)
        },
        release: (claim) =>
          (ends.get(claim.token) ?? Number.POSITIVE_INFINITY) > clock.monotonic() && store.release(claim),
      }
    },
  ],
  [
    'that remembers a released takeover for its lease alone',
    'a run that had taken over and is released is taken over again',
    but((store) => ({ release: (claim) => store.release({ ...claim, ttl: claim.lease }) })),
  ],
  // Counts them in the record, which an outcome outlives and a run does not.
  [
    'whose fences begin anew once a run is forgotten',
    'fences grow, after a release, a takeover, an end and a run that is forgotten',
    (store, clock) => {
      const counters = new Map<string, { fence: bigint; until: number }>()
      return {
        ...but(() => ({}))(store, clock),
        claim: (claim) => {
          const answer = store.claim(claim) as ClaimAnswer
          if (!('fence' in answer)) return answer
          const now = clock.monotonic()
          const counter = counters.get(claim.key)
          const fence = counter === undefined || counter.until <= now ? 1n : counter.fence + 1n
          counters.set(claim.key, { fence, until: now + claim.lease + claim.ttl })
          return { ...answer, fence }
        },
        complete: (claim, outcome) => {
          const counter = counters.get(claim.key)
          if (counter !== undefined) counter.until = Number.POSITIVE_INFINITY
          return store.complete(claim, outcome)
        },
      }
    },
  ],
]

describe('idempotencyStoreConformance', () => {
  test.each(twins)('finds a store %s', async (_, law, twin) => {
    expect(await broken(twin)).toContain(law)
  })
})
