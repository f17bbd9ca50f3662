import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { type ClaimAnswer, type IdempotencyClaim, memoryIdempotencyStore } from '../idempotency/index.js'
import { answering, broken, but, claiming, lawsOf, lookingFirst, type Twin } from './broken.fixture.js'
import { idempotencyStoreConformance } from './index.js'

describe('memoryIdempotencyStore', () => {
  idempotencyStoreConformance(
    () => {
      const clock = new TestClock()
      return {
        subject: memoryIdempotencyStore({ clock }),
        advance: (d) => clock.advance(d),
        dispose: () => {},
      }
    },
    { test },
  )
})

/** What breaks each law. */
const twins: Record<string, Twin> = {
  'a key that nobody has is run, and a conflict for others': answering((answer) =>
    answer.state === 'conflict' ? { ...answer, retryAfter: Number.POSITIVE_INFINITY } : answer,
  ),
  'retryAfter is what is left of the lease': answering((answer) =>
    answer.state === 'conflict' ? { ...answer, retryAfter: 60_000 } : answer,
  ),
  'a claim may be repeated by its token': claiming(() => ({ token: crypto.randomUUID() })),
  'a claim that is refused prolongs nothing': but((store) => {
    const runs = new Map<string, IdempotencyClaim>()
    return {
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        if ('fence' in answer) runs.set(claim.key, claim)
        const running = runs.get(claim.key)
        if (answer.state === 'mismatch' && running !== undefined) store.renew(running)
        return answer
      },
    }
  }),
  'another fingerprint is a mismatch, running, over or done': claiming(() => ({ fingerprint: 'same' })),
  'any text is a key, and keys do not know each other': claiming(({ key }) => ({ key: key.toLowerCase() })),
  'an outcome comes back as it was written': but((store) => ({
    complete: (claim, outcome) => store.complete(claim, outcome?.slice(0, 1_000_000 / 2)),
  })),
  'an outcome without a text is one all the same': but((store) => ({
    complete: (claim, outcome) => store.complete(claim, outcome ?? ''),
  })),
  'an outcome may be written again by its token': but((store) => {
    const completed = new Set<string>()
    return {
      complete: (claim, outcome) => {
        if (completed.has(claim.token)) return false
        completed.add(claim.token)
        return store.complete(claim, outcome)
      },
    }
  }),
  'an outcome whose claim was lost is kept': but((store) => {
    const claimed = new Set<string>()
    return {
      claim: (claim) => {
        claimed.add(claim.key)
        return store.claim(claim)
      },
      complete: (claim, outcome) => claimed.has(claim.key) && store.complete(claim, outcome),
    }
  }),
  'an outcome is kept for its ttl, and the key is as new then': but((store) => ({
    complete: (claim, outcome) => store.complete({ ...claim, ttl: claim.ttl / 2 }, outcome),
  })),
  // Counts from the claim.
  'the ttl of an outcome counts from when it is written': (store, clock) => {
    const claimed = new Map<string, number>()
    return {
      ...but(() => ({}))(store, clock),
      claim: (claim) => {
        claimed.set(claim.token, clock.now())
        return store.claim(claim)
      },
      complete: (claim, outcome) => {
        const passed = clock.now() - (claimed.get(claim.token) ?? clock.now())
        return store.complete({ ...claim, ttl: Math.max(1, claim.ttl - passed) }, outcome)
      },
    }
  },
  'what is done is not released or renewed': but((store) => {
    const done = new Set<string>()
    return {
      complete: (claim, outcome) => {
        done.add(claim.token)
        return store.complete(claim, outcome)
      },
      renew: (claim) => done.has(claim.token) || store.renew(claim),
    }
  }),
  'a run whose lease is over is taken over, once': claiming(() => ({ lease: 1_000_000 })),
  // Keeps every end in whole seconds.
  'leases and outcomes are counted in milliseconds, whenever they begin': (store, clock) => {
    const floored = (ttl: number) =>
      Math.max(1, Math.floor((clock.now() + ttl) / 1_000) * 1_000 - clock.now())
    return {
      ...but(() => ({}))(store, clock),
      claim: (claim) => store.claim({ ...claim, lease: floored(claim.lease) }),
      complete: (claim, outcome) => store.complete({ ...claim, ttl: floored(claim.ttl) }, outcome),
    }
  },
  'a run whose lease is over may end, or be given back, until it is taken over': (store, clock) => {
    const ends = new Map<string, number>()
    return {
      ...but(() => ({}))(store, clock),
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        if (answer.state === 'run') ends.set(claim.token, clock.monotonic() + claim.lease)
        return answer
      },
      complete: (claim, outcome) =>
        (ends.get(claim.token) ?? Number.POSITIVE_INFINITY) > clock.monotonic() &&
        store.complete(claim, outcome),
    }
  },
  'a run that is over is remembered for the ttl': claiming(() => ({ ttl: 1 })),
  'a lease that is renewed holds from then': but(() => ({ renew: () => true })),
  'a lease that is over can be renewed until it is taken over': but((store) => ({
    renew: (claim) => {
      const answer = store.claim({ ...claim, token: crypto.randomUUID() }) as ClaimAnswer
      return answer.state === 'conflict' && store.renew(claim)
    },
  })),
  'a run may last longer than its ttl': but((store) => {
    const renewals = new Map<string, number>()
    return {
      renew: (claim) => {
        const count = (renewals.get(claim.token) ?? 0) + 1
        renewals.set(claim.token, count)
        return count < 4 && store.renew(claim)
      },
    }
  }),
  'who does not run a key cannot change it': but((store) => {
    const owners = new Map<string, string>()
    return {
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        if (answer.state === 'run') owners.set(claim.key, claim.token)
        return answer
      },
      release: (claim) => store.release({ ...claim, token: owners.get(claim.key) ?? claim.token }),
    }
  }),
  'whose run was taken over cannot change it': but((store) => {
    const owners = new Map<string, string>()
    return {
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        if ('fence' in answer) owners.set(claim.key, claim.token)
        return answer
      },
      complete: (claim, outcome) =>
        store.complete({ ...claim, token: owners.get(claim.key) ?? claim.token }, outcome),
    }
  }),
  'what nobody has cannot be renewed or released': but((store) => ({
    renew: (claim) => {
      store.claim(claim)
      return store.renew(claim)
    },
  })),
  'a key that is released is as new': but((store) => ({
    release: (claim) => {
      store.release(claim)
      return true
    },
  })),
  'a run that had taken over and is released is taken over again': but((store) => {
    const released = new Set<string>()
    return {
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        return answer.state === 'takeover' && released.has(claim.key) ? { ...answer, state: 'run' } : answer
      },
      release: (claim) => {
        released.add(claim.key)
        return store.release(claim)
      },
    }
  }),
  'the outcome of who was slow is kept where nobody runs any more': but((store) => {
    const owners = new Map<string, string>()
    return {
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        if (answer.state === 'takeover') owners.set(claim.key, claim.token)
        return answer
      },
      complete: (claim, outcome) =>
        (owners.get(claim.key) ?? claim.token) === claim.token && store.complete(claim, outcome),
    }
  }),
  'fences grow, after a release, a takeover, an end and a run that is forgotten': answering((answer) =>
    'fence' in answer ? { ...answer, fence: 1n } : answer,
  ),
  'of fifty claims at once one runs': lookingFirst(({ state }) => state === 'run'),
  'of fifty claims at once one takes over': but((store) => {
    let isTaken = false
    return {
      claim: (claim) => {
        const answer = store.claim(claim) as ClaimAnswer
        isTaken ||= answer.state === 'takeover'
        return isTaken && answer.state === 'conflict' ? { state: 'takeover', fence: 1n } : answer
      },
    }
  }),
  // Looks, and writes what it has seen to be its own a moment later.
  'of an outcome and a takeover at once one counts': but((store) => {
    const owners = new Map<string, string>()
    return {
      claim: async (claim) => {
        await Promise.resolve()
        const answer = store.claim(claim) as ClaimAnswer
        if ('fence' in answer) owners.set(claim.key, claim.token)
        return answer
      },
      complete: async (claim, outcome) => {
        if (owners.get(claim.key) !== claim.token) return false
        for (let step = 0; step < 9; step++) await Promise.resolve()
        return store.complete({ ...claim, token: owners.get(claim.key) ?? claim.token }, outcome)
      },
    }
  }),
}

describe('idempotencyStoreConformance', () => {
  test('accepts a store, and one that answers later', async () => {
    expect(await broken(but(() => ({})))).toEqual([])
    expect(await broken(but((store) => ({ claim: async (claim) => store.claim(claim) })))).toEqual([])
  })

  test.each(Object.entries(twins))('rejects a twin that breaks: %s', async (law, twin) => {
    expect(await broken(twin)).toContain(law)
  })

  test('has a broken twin for every law', () => {
    const laws = lawsOf(() => expect.unreachable())
    expect(laws.map(([name]) => name)).toEqual(Object.keys(twins))
  })
})
