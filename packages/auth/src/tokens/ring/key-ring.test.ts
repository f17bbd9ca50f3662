import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, ISSUER } from '../fixtures/forge.js'
import {
  createKeyRing,
  createTokenService,
  createVerifier,
  type KeyRing,
  type KeyRingOptions,
  type KeyStore,
  memoryKeyStore,
  type StoredKeys,
} from '../index.js'

const INPUT = { sub: 'user-1', clientId: 'web' }

function nodeOn(store: KeyStore, clock: TestClock, options: KeyRingOptions = {}) {
  const ring = createKeyRing({ store, clock, ...options })
  return { ring, tokens: createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ring, clock }) }
}

const kids = async (ring: KeyRing) => (await ring.jwks()).body.keys.map(({ kid }) => kid as string)
const kidOf = (token: string) => decodeProtectedHeader(token).kid

/** A store that a test can take away. */
function breakable(store = memoryKeyStore()) {
  const state = { down: false, downAfterWrite: false, loads: 0, hook: async () => {} }
  const check = () => {
    if (state.down) throw new Error('connect ECONNREFUSED')
  }
  const wrapped: KeyStore = {
    load: async () => {
      state.loads++
      check()
      return store.load()
    },
    replace: async (expected, keys) => {
      check()
      await state.hook()
      const done = await store.replace(expected, keys)
      if (state.downAfterWrite) throw new Error('read ECONNRESET')
      return done
    },
  }
  return { store: wrapped, state }
}

/** A store one of whose methods a test can leave without an answer, or answer late. */
function hanging(store = memoryKeyStore()) {
  const [late, reached] = [deferred<StoredKeys>(), deferred()]
  const answer = { hangs: undefined as keyof KeyStore | undefined, late, arrived: reached.promise }
  const hang = <T>() => {
    reached.resolve()
    return late.promise as Promise<T>
  }
  const wrapped: KeyStore = {
    load: () => (answer.hangs === 'load' ? hang() : store.load()),
    replace: (...change) => (answer.hangs === 'replace' ? hang() : store.replace(...change)),
  }
  return { store: wrapped, answer }
}

/** A store that does at once what it is asked, one of whose answers a test can keep for a while. */
function slow(store = memoryKeyStore()) {
  const kept = { method: undefined as keyof KeyStore | undefined, arrives: deferred(), done: deferred() }
  const answer = async <T>(method: keyof KeyStore, asked: Promise<T>): Promise<T> => {
    if (kept.method !== method) return asked
    kept.method = undefined
    const settled = await asked
    kept.done.resolve()
    await kept.arrives.promise
    return settled
  }
  const wrapped: KeyStore = {
    load: () => answer('load', store.load()),
    replace: (...change) => answer('replace', store.replace(...change)),
  }
  return { store: wrapped, kept }
}

describe('createKeyRing', () => {
  test('makes its first key when it is first needed, and signs with it at once', async () => {
    const { ring, tokens } = nodeOn(memoryKeyStore(), new TestClock())
    const { token } = await tokens.issueAccess(INPUT)
    expect(await kids(ring)).toEqual([kidOf(token)])
    expect((await tokens.verifyAccess(token)).ok).toBe(true)
  })

  test('activates the first key of all at once', async () => {
    const clock = new TestClock()
    const ring = createKeyRing({ clock })
    const first = await ring.rotate()
    expect(first.activatesAt).toBe(clock.now())
    expect(await kids(ring)).toEqual([first.kid])
  })

  test('supabase/auth-js#1080: publishes the next key for publishAhead before it signs', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock)
    const first = await ring.rotate()
    const second = await ring.rotate()
    expect(second.activatesAt).toBe(clock.now() + 3_600_000)
    expect(await kids(ring)).toEqual([first.kid, second.kid])

    await clock.advance(3_599_999)
    expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(first.kid)
    await clock.advance(1)
    expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(second.kid)
  })

  test('keeps a retired key for retireAfter from the activation of the next, and then removes it', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock, { retireAfter: '2h' })
    const first = await ring.rotate()
    const second = await ring.rotate()
    await clock.advance('1h')
    const { token } = await tokens.issueAccess(INPUT)
    await clock.advance(7_199_999)
    expect(await kids(ring)).toEqual([second.kid, first.kid])
    await clock.advance(1)
    expect(await kids(ring)).toEqual([second.kid])
    expect(kidOf(token)).toBe(second.kid)
  })

  test('never retires a key while a token of its lives', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock, { retireAfter: '21m', publishAhead: '10m' })
    await ring.rotate()
    await ring.rotate()
    await clock.advance(599_999)
    const { token } = await tokens.issueAccess(INPUT)
    for (let minute = 0; minute < 15; minute++) {
      expect((await tokens.verifyAccess(token)).ok).toBe(true)
      await clock.advance('1m')
    }
    await clock.advance('30s')
    expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } })
  })

  test('rotates by itself, so that a key signs for rotateEvery', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock, { rotateEvery: '10d' })
    const first = kidOf((await tokens.issueAccess(INPUT)).token)
    await clock.advance(10 * 86_400_000 - 3_600_001)
    await tokens.issueAccess(INPUT)
    expect(await kids(ring)).toEqual([first])
    await clock.advance(1)
    await tokens.issueAccess(INPUT)
    await clock.advance(0)
    await expect.poll(async () => (await kids(ring)).length).toBe(2)
    await clock.advance('59m')
    expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(first)
    await clock.advance('1m')
    expect(kidOf((await tokens.issueAccess(INPUT)).token)).not.toBe(first)
  })

  test('rotates by itself where nobody signs: the set that is asked for has the next key soon', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock, { rotateEvery: '10d' })
    const [first] = await kids(ring)
    await clock.advance(10 * 86_400_000 - 3_600_001)
    expect(await kids(ring)).toEqual([first])
    await clock.advance(1)
    expect(await kids(ring)).toEqual([first])
    await expect.poll(() => kids(ring)).toEqual([first, expect.any(String)])
    const both = await kids(ring)
    await clock.advance('1h')
    expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(both[1])
  })

  test('does not add a third key while one waits', async () => {
    const ring = createKeyRing({ clock: new TestClock() })
    await ring.rotate()
    const waiting = await ring.rotate()
    expect(await ring.rotate()).toEqual(waiting)
    expect(await kids(ring)).toHaveLength(2)
  })

  test('publishes public members alone, with use and alg', async () => {
    for (const algorithm of ['ES256', 'EdDSA', 'RS256', 'PS256'] as const) {
      const { body, contentType } = await createKeyRing({ algorithm, clock: new TestClock() }).jwks()
      const [jwk] = body.keys
      const members = { ES256: ['crv', 'x', 'y'], EdDSA: ['crv', 'x'], RS256: ['n', 'e'], PS256: ['n', 'e'] }[
        algorithm
      ]
      expect(Object.keys(jwk ?? {}).sort()).toEqual([...members, 'alg', 'kid', 'kty', 'use'].sort())
      expect(jwk).toMatchObject({ use: 'sig', alg: algorithm })
      expect(contentType).toBe('application/jwk-set+json')
    }
  })

  test('publishes what nobody can change: it is the same for all who ask', async () => {
    const ring = createKeyRing({ clock: new TestClock() })
    const { body } = await ring.jwks()
    const [jwk] = body.keys as { alg: string }[]
    expect(() => (body.keys as unknown[]).pop()).toThrow(TypeError)
    expect(() => Object.assign(jwk ?? {}, { alg: 'none' })).toThrow(TypeError)
    expect(Object.isFrozen(body)).toBe(true)
    expect((await ring.jwks()).body.keys).toMatchObject([{ alg: 'ES256' }])
  })

  test('gives the same ETag for the same keys, on every node, and another when they change', async () => {
    const [clock, store] = [new TestClock(), memoryKeyStore()]
    const [a, b] = [createKeyRing({ store, clock }), createKeyRing({ store, clock })]
    await a.rotate()
    const { etag } = await a.jwks()
    expect(etag).toMatch(/^"[\w-]{43}"$/)
    expect((await b.jwks()).etag).toBe(etag)
    await a.rotate()
    expect((await a.jwks()).etag).not.toBe(etag)
  })

  test('lets the set be kept for less than a key is published before it signs', async () => {
    const header = async (publishAhead: KeyRingOptions['publishAhead'] & {}) =>
      (await createKeyRing({ publishAhead, clock: new TestClock() }).jwks()).cacheControl
    expect(await header('1h')).toBe('public, max-age=300, stale-while-revalidate=60, stale-if-error=3600')
    expect(await header('10m')).toBe('public, max-age=300, stale-while-revalidate=60, stale-if-error=3600')
    expect(await header('1m')).toBe('public, max-age=30, stale-while-revalidate=15, stale-if-error=3600')
  })

  test('is understood by jose', async () => {
    const { ring, tokens } = nodeOn(memoryKeyStore(), new TestClock({ now: Date.now() }), {
      algorithm: 'EdDSA',
    })
    const { token } = await tokens.issueAccess(INPUT)
    const { body } = await ring.jwks()
    const keys = createLocalJWKSet(structuredClone(body) as Parameters<typeof createLocalJWKSet>[0])
    expect((await jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE })).payload.sub).toBe('user-1')
  })

  test('tells of a rotation and a compromise', async () => {
    const heard: unknown[] = []
    const listener = (message: unknown) => heard.push(message)
    const names = ['rotated', 'compromised', 'rotation_failed'].map((event) => `base:auth:key-ring:${event}`)
    for (const name of names) subscribe(name, listener)
    const ring = createKeyRing({ clock: new TestClock() })
    const rotation = await ring.rotate()
    await ring.compromise('unknown')
    await ring.compromise(rotation.kid)
    for (const name of names) unsubscribe(name, listener)
    expect(heard).toEqual([rotation, { kid: rotation.kid }])
  })

  describe('given several nodes on one store', () => {
    test('that rotate at once, all have the one new key', async () => {
      const [clock, store] = [new TestClock(), memoryKeyStore()]
      const rings = Array.from({ length: 10 }, () => createKeyRing({ store, clock }))
      const first = await Promise.all(rings.flatMap((ring) => [ring.rotate(), ring.rotate()]))
      expect(new Set(first.map(({ kid }) => kid)).size).toBe(1)
      const second = await Promise.all(rings.flatMap((ring) => [ring.rotate(), ring.rotate()]))
      expect(new Set(second.map(({ kid }) => kid)).size).toBe(1)
      expect((await store.load()).keys).toHaveLength(2)
    })

    test('that all need a first key, there is one', async () => {
      const [clock, store] = [new TestClock(), memoryKeyStore()]
      const nodes = Array.from({ length: 5 }, () => nodeOn(store, clock))
      const issued = await Promise.all(nodes.map(({ tokens }) => tokens.issueAccess(INPUT)))
      expect(new Set(issued.map(({ token }) => kidOf(token))).size).toBe(1)
      for (const { tokens } of nodes) {
        for (const { token } of issued) expect((await tokens.verifyAccess(token)).ok).toBe(true)
      }
    })

    test('a rotation that is due on all of them adds one key', async () => {
      const [clock, store] = [new TestClock(), memoryKeyStore()]
      const nodes = Array.from({ length: 5 }, () => nodeOn(store, clock, { rotateEvery: '10d' }))
      await nodes[0]?.ring.rotate()
      await clock.advance('10d')
      await Promise.all(nodes.map(({ tokens }) => tokens.issueAccess(INPUT)))
      await expect.poll(async () => (await store.load()).keys.length).toBe(2)
      await clock.advance('1m')
      await Promise.all(nodes.map(({ tokens }) => tokens.issueAccess(INPUT)))
      expect((await store.load()).keys).toHaveLength(2)
    })

    test('whose clocks are apart by the skew, a token of each is taken by each, through a rotation', async () => {
      const store = memoryKeyStore()
      const clocks = [0, 30_000].map((ahead) => new TestClock({ now: new TestClock().now() + ahead }))
      const nodes = clocks.map((clock) => nodeOn(store, clock, { publishAhead: '10m', retireAfter: '21m' }))
      await nodes[0]?.ring.rotate()
      await nodes[0]?.ring.rotate()
      for (let step = 0; step < 200; step++) {
        for (const { tokens } of nodes) {
          const { token } = await tokens.issueAccess(INPUT)
          for (const other of nodes) expect((await other.tokens.verifyAccess(token)).ok).toBe(true)
        }
        for (const clock of clocks) await clock.advance('10s')
      }
    })

    test('a key that another node has just made is looked for, at most once a second', async () => {
      const clock = new TestClock()
      const { store, state } = breakable()
      const [a, b] = [nodeOn(store, clock), nodeOn(store, clock)]
      await a.ring.rotate()
      await b.ring.jwks()
      await a.ring.compromise((await kids(a.ring))[0] as string)
      const { token } = await a.tokens.issueAccess(INPUT)
      expect(await b.tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
      await clock.advance('1s')
      expect((await b.tokens.verifyAccess(token)).ok).toBe(true)
      const before = state.loads
      const [header, ...rest] = token.split('.')
      const forged = [
        Buffer.from(JSON.stringify({ ...decodeProtectedHeader(token), kid: 'forged' })).toString('base64url'),
        ...rest,
      ].join('.')
      for (let i = 0; i < 20; i++) expect((await b.tokens.verifyAccess(forged)).ok).toBe(false)
      expect(state.loads).toBe(before)
      expect(header).toBeDefined()
    })
  })

  describe('a compromise', () => {
    test('ends the tokens of the key at once, and another signs', async () => {
      const { ring, tokens } = nodeOn(memoryKeyStore(), new TestClock())
      const { token } = await tokens.issueAccess(INPUT)
      expect((await tokens.verifyAccess(token)).ok).toBe(true)
      const kid = kidOf(token) as string
      expect(await ring.compromise(kid)).toEqual({ removed: true })
      expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
      const next = await tokens.issueAccess(INPUT)
      expect(await kids(ring)).toEqual([kidOf(next.token)])
      expect(kidOf(next.token)).not.toBe(kid)
    })

    test('lets the waiting key sign at once', async () => {
      const { ring, tokens } = nodeOn(memoryKeyStore(), new TestClock())
      const first = await ring.rotate()
      const waiting = await ring.rotate()
      await ring.compromise(first.kid)
      expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(waiting.kid)
    })

    test('of a key that waits, or is retired, takes it out and leaves the others', async () => {
      const clock = new TestClock()
      const { ring, tokens } = nodeOn(memoryKeyStore(), clock)
      const first = await ring.rotate()
      const waiting = await ring.rotate()
      await ring.compromise(waiting.kid)
      expect(await kids(ring)).toEqual([first.kid])
      const second = await ring.rotate()
      await clock.advance('1h')
      await ring.compromise(first.kid)
      expect(await kids(ring)).toEqual([second.kid])
      expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(second.kid)
    })

    test('never lets a retired key sign again', async () => {
      const clock = new TestClock()
      const { ring, tokens } = nodeOn(memoryKeyStore(), clock)
      const first = await ring.rotate()
      const second = await ring.rotate()
      await clock.advance('1h')
      await ring.compromise(second.kid)
      const { token } = await tokens.issueAccess(INPUT)
      expect([first.kid, second.kid]).not.toContain(kidOf(token))
      expect(await kids(ring)).toEqual([kidOf(token), first.kid])
    })

    test('is seen by other nodes within a minute, also for tokens that they have verified', async () => {
      const [clock, store] = [new TestClock(), memoryKeyStore()]
      const [a, b] = [nodeOn(store, clock), nodeOn(store, clock)]
      const { token } = await a.tokens.issueAccess(INPUT)
      expect((await b.tokens.verifyAccess(token)).ok).toBe(true)
      await a.ring.compromise(kidOf(token) as string)
      await clock.advance('60s')
      expect(await b.tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
    })

    test('of an unknown key changes nothing', async () => {
      const ring = createKeyRing({ clock: new TestClock() })
      const { kid } = await ring.rotate()
      expect(await ring.compromise('unknown')).toEqual({ removed: false })
      expect(await kids(ring)).toEqual([kid])
      await expect(ring.compromise('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })

    test('is not undone by a rotation on another node at the same time', async () => {
      const clock = new TestClock()
      const { store, state } = breakable()
      const [a, b] = [createKeyRing({ store, clock }), createKeyRing({ store, clock })]
      const { kid } = await a.rotate()
      await b.jwks()
      state.hook = async () => {
        state.hook = async () => {}
        await b.compromise(kid)
      }
      await a.rotate()
      expect((await store.load()).keys.map((key) => key.kid)).not.toContain(kid)
      expect(await kids(a)).not.toContain(kid)
    })
  })

  describe('given a store whose answers overtake each other', () => {
    test.each<[string, keyof KeyStore, boolean, (ring: KeyRing) => Promise<unknown>]>([
      ['the load of a rotation with nothing to do', 'load', true, (ring) => ring.rotate()],
      ['the load of a compromise of nothing', 'load', true, (ring) => ring.compromise('unknown')],
      ['the replace of a rotation', 'replace', false, (ring) => ring.rotate()],
    ])('%s brings no compromised key back', async (_, method, waits, ask) => {
      const clock = new TestClock()
      const { store, kept } = slow()
      const { ring, tokens } = nodeOn(store, clock)
      const { token } = await tokens.issueAccess(INPUT)
      if (waits) await ring.rotate()
      kept.method = method
      const asked = ask(ring)
      await kept.done.promise
      await ring.compromise(kidOf(token) as string)
      kept.arrives.resolve()
      await asked
      expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
      const next = await tokens.issueAccess(INPUT)
      expect(await kids(ring)).toContain(kidOf(next.token))
      expect(await kids(ring)).not.toContain(kidOf(token))
    })

    test('a read that came while a change of another node was under way is known', async () => {
      const clock = new TestClock()
      const inner = memoryKeyStore()
      const { store, kept } = slow(inner)
      const { ring, tokens } = nodeOn(store, clock, { timeout: '1h' })
      const { token } = await tokens.issueAccess(INPUT)
      kept.method = 'replace'
      const rotating = ring.rotate()
      await kept.done.promise
      await createKeyRing({ store: inner, clock }).compromise(kidOf(token) as string)
      await clock.advance('1m')
      expect((await tokens.verifyAccess(token)).ok).toBe(false)
      kept.arrives.resolve()
      await rotating
      expect((await tokens.verifyAccess(token)).ok).toBe(false)
    })

    test('what a slow answer says is as old as the question', async () => {
      const clock = new TestClock()
      const inner = memoryKeyStore()
      const { store, kept } = slow(inner)
      const { ring, tokens } = nodeOn(store, clock, { timeout: '1h' })
      const { token } = await tokens.issueAccess(INPUT)
      await ring.rotate()
      kept.method = 'load'
      const asked = ring.rotate()
      await kept.done.promise
      await createKeyRing({ store: inner, clock }).compromise(kidOf(token) as string)
      await clock.advance('59s')
      kept.arrives.resolve()
      await asked
      await clock.advance('1s')
      expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
    })

    test('an earlier version that is read later is that of a store which was restored', async () => {
      const clock = new TestClock()
      const inner = memoryKeyStore()
      let shown: StoredKeys | undefined
      const store: KeyStore = { ...inner, load: async () => shown ?? inner.load() }
      const ring = createKeyRing({ store, clock })
      const { kid } = await ring.rotate()
      const backup = await inner.load()
      await ring.rotate()
      expect(await kids(ring)).toHaveLength(2)
      shown = backup
      await clock.advance('1m')
      expect(await kids(ring)).toEqual([kid])
    })
  })

  describe('given a store that is away', () => {
    const unavailable = { code: 'KEYS_UNAVAILABLE', kind: 'unavailable' }

    test('goes on for a while, then gives no key out: nobody could know of a compromise', async () => {
      const clock = new TestClock()
      const { store, state } = breakable()
      const { ring, tokens } = nodeOn(store, clock)
      const { token } = await tokens.issueAccess(INPUT)
      state.down = true
      await clock.advance(59_999)
      expect((await tokens.verifyAccess(token)).ok).toBe(true)
      await tokens.issueAccess(INPUT)
      await clock.advance(1)
      expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'KEYS_UNAVAILABLE' } })
      await expect(tokens.issueAccess(INPUT)).rejects.toMatchObject(unavailable)
      await expect(ring.jwks()).rejects.toMatchObject(unavailable)
      state.down = false
      expect((await tokens.verifyAccess(token)).ok).toBe(true)
    })

    test('without an answer: fails after the timeout, and asks again', async () => {
      const clock = new TestClock()
      const { store, answer } = hanging()
      const { ring, tokens } = nodeOn(store, clock)
      const { token } = await tokens.issueAccess(INPUT)
      await clock.advance('60s')
      answer.hangs = 'load'
      const asked = Promise.allSettled([tokens.verifyAccess(token), tokens.issueAccess(INPUT), ring.jwks()])
      await clock.advance(4_999)
      expect(clock.pending).toBe(1)
      await clock.advance(1)
      expect(await asked).toMatchObject([
        { value: { error: { code: 'KEYS_UNAVAILABLE' } } },
        { reason: unavailable },
        { reason: unavailable },
      ])
      answer.hangs = undefined
      expect((await tokens.verifyAccess(token)).ok).toBe(true)
      expect(clock.pending).toBe(0)
    })

    test.each<['load' | 'replace', (ring: KeyRing, kid: string) => Promise<unknown>]>([
      ['load', (ring) => ring.rotate()],
      ['load', (ring, kid) => ring.compromise(kid)],
      ['replace', (ring) => ring.rotate()],
      ['replace', (ring, kid) => ring.compromise(kid)],
    ])(
      'without an answer to %s: a change fails after the timeout, and can be tried again',
      async (hangs, ask) => {
        const clock = new TestClock()
        const { store, answer } = hanging()
        const ring = createKeyRing({ store, clock, timeout: '1s' })
        const { kid } = await ring.rotate()
        answer.hangs = hangs
        const asked = expect(ask(ring, kid)).rejects.toMatchObject(unavailable)
        await answer.arrived
        await clock.advance('1s')
        await asked
        answer.hangs = undefined
        await ask(ring, kid)
        answer.late.reject(new Error('too late, and of no concern'))
        expect(clock.pending).toBe(0)
      },
    )

    test('that answers too late is not heard', async () => {
      const clock = new TestClock()
      const { store, answer } = hanging()
      const { ring, tokens } = nodeOn(store, clock)
      const { token } = await tokens.issueAccess(INPUT)
      const before = await store.load()
      await clock.advance('60s')
      answer.hangs = 'load'
      const [failing, late] = [tokens.verifyAccess(token), answer.late]
      await clock.advance('5s')
      expect(await failing).toMatchObject({ error: { code: 'KEYS_UNAVAILABLE' } })
      answer.hangs = undefined
      await ring.compromise(kidOf(token) as string)
      late.resolve(before)
      await clock.advance(0)
      expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
    })

    test('is asked for a key that is unknown at most once a second, and nobody can say whether there is one', async () => {
      const clock = new TestClock()
      const { store, state } = breakable()
      const { ring, tokens } = nodeOn(store, clock)
      const { token } = await nodeOn(memoryKeyStore(), clock).tokens.issueAccess(INPUT)
      await ring.rotate()
      await clock.advance('1s')
      state.down = true
      const before = state.loads
      for (let i = 0; i < 20; i++)
        expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'KEYS_UNAVAILABLE' } })
      expect(state.loads).toBe(before + 1)
      state.down = false
      await clock.advance('1s')
      expect(await tokens.verifyAccess(token)).toMatchObject({ error: { code: 'TOKEN_UNKNOWN_KEY' } })
      expect(state.loads).toBe(before + 2)
    })

    test('at a rotation that somebody asked for, says so, and signs on', async () => {
      const { store, state } = breakable()
      const { ring, tokens } = nodeOn(store, new TestClock())
      const first = await ring.rotate()
      state.down = true
      await expect(ring.rotate()).rejects.toMatchObject(unavailable)
      await expect(ring.compromise(first.kid)).rejects.toMatchObject(unavailable)
      expect(kidOf((await tokens.issueAccess(INPUT)).token)).toBe(first.kid)
    })

    test('at a rotation by itself, tells and tries again after a pause', async () => {
      const heard: unknown[] = []
      const listener = (message: unknown) => heard.push(message)
      subscribe('base:auth:key-ring:rotation_failed', listener)
      const clock = new TestClock()
      const inner = memoryKeyStore()
      let writes = true
      const store: KeyStore = {
        load: inner.load,
        replace: async (...change) => {
          if (!writes) throw new Error('read only')
          return inner.replace(...change)
        },
      }
      const { ring, tokens } = nodeOn(store, clock, { rotateEvery: '2h' })
      await tokens.issueAccess(INPUT)
      writes = false
      await clock.advance('1h')
      for (let i = 0; i < 5; i++) await tokens.issueAccess(INPUT)
      expect(await kids(ring)).toHaveLength(1)
      await expect.poll(() => heard.length).toBe(1)
      writes = true
      await clock.advance('30s')
      await tokens.issueAccess(INPUT)
      await expect.poll(async () => (await inner.load()).keys.length).toBe(2)
      unsubscribe('base:auth:key-ring:rotation_failed', listener)
      expect(heard).toMatchObject([{ error: unavailable }])
    })

    test('failing in the middle of a rotation, after it has written: the key is there once', async () => {
      const { store, state } = breakable()
      const clock = new TestClock()
      const ring = createKeyRing({ store, clock })
      state.downAfterWrite = true
      await expect(ring.rotate()).rejects.toMatchObject(unavailable)
      state.downAfterWrite = false
      expect(await kids(ring)).toHaveLength(1)
      state.downAfterWrite = true
      await expect(ring.rotate()).rejects.toMatchObject(unavailable)
      state.downAfterWrite = false
      const { kid } = await ring.rotate()
      expect(await kids(ring)).toHaveLength(2)
      expect((await kids(ring))[1]).toBe(kid)
    })

    test('or holds what is no key: gives none out', async () => {
      const store = memoryKeyStore()
      await store.replace(0, [{ kid: 'x', algorithm: 'ES256', activatesAt: 0, privateKey: { kty: 'EC' } }])
      const ring = createKeyRing({ store, clock: new TestClock() })
      await expect(ring.jwks()).rejects.toMatchObject(unavailable)
    })
  })

  test('a node whose clock steps back goes on', async () => {
    const store = memoryKeyStore()
    await createKeyRing({ store, clock: new TestClock() }).rotate()
    const late = new TestClock({ now: new TestClock().now() - 3_600_000 })
    const { tokens } = nodeOn(store, late)
    const { token } = await tokens.issueAccess(INPUT)
    expect((await tokens.verifyAccess(token)).ok).toBe(true)
    expect((await store.load()).keys).toHaveLength(1)
  })

  test('a key that was made while a clock was a year ahead keeps no rotation back', async () => {
    const store = memoryKeyStore()
    const clock = new TestClock()
    const { ring } = nodeOn(store, clock)
    const [first] = await kids(ring)
    const ahead = new TestClock({ now: clock.now() + 365 * 86_400_000 })
    const { kid: far } = await createKeyRing({ store, clock: ahead }).rotate()

    const { kid: second, activatesAt } = await ring.rotate()
    expect([far, first]).not.toContain(second)
    expect(activatesAt).toBe(clock.now() + 3_600_000)
    expect(await ring.rotate()).toEqual({ kid: second, activatesAt })
    await clock.advance('30d')
    await ring.signer()
    await expect.poll(async () => (await store.load()).keys.length).toBe(3)
    expect(new Set(await kids(ring))).toContain(far)
  })

  test('after a change of the algorithm still takes tokens of the old keys', async () => {
    const [clock, store] = [new TestClock(), memoryKeyStore()]
    const before = nodeOn(store, clock, { algorithm: 'RS256' })
    const { token } = await before.tokens.issueAccess(INPUT)
    const after = nodeOn(store, clock, { algorithm: 'EdDSA' })
    await after.ring.rotate()
    expect((await after.tokens.verifyAccess(token)).ok).toBe(true)
    await clock.advance('1h')
    expect(decodeProtectedHeader((await after.tokens.issueAccess(INPUT)).token).alg).toBe('EdDSA')
    expect((await after.tokens.verifyAccess(token)).ok).toBe(false)
  })

  test('hands out keys that verify or sign, never both: nobody takes one of them for a key of his own', async () => {
    const { ring, tokens } = nodeOn(memoryKeyStore(), new TestClock())
    const signer = await ring.signer()
    const found = (await ring.current()).find({ algorithm: 'ES256', kid: signer.kid }, ['ES256'])

    expect(found).not.toHaveProperty('signingKey')
    expect(signer).not.toHaveProperty('cryptoKey')
    for (const keys of [signer, found] as never[])
      expect(() => createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys })).toThrow('keys must be')
    expect((await tokens.verifyAccess((await tokens.issueAccess(INPUT)).token)).ok).toBe(true)
  })

  test('has a signer whose parts stand alone', async () => {
    const { signingKey } = await createKeyRing().signer()
    expect((await signingKey()).type).toBe('private')
  })

  test('is a source of keys for a verifier', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock)
    const verifier = createVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      keys: ring,
      clock,
    })
    expect((await verifier.verify((await tokens.issueAccess(INPUT)).token)).ok).toBe(true)
  })

  test('leaves no timer behind', async () => {
    const clock = new TestClock()
    const { ring, tokens } = nodeOn(memoryKeyStore(), clock)
    await tokens.issueAccess(INPUT)
    await ring.rotate()
    expect(clock.pending).toBe(0)
  })

  test('has defaults where it is given nothing', async () => {
    expect(createKeyRing()).toMatchObject({ algorithm: 'ES256', retireAfter: 86_400_000 })
  })

  test('names the time between rotations that there is by default, where keys are published for longer', () => {
    expect(() => createKeyRing({ publishAhead: '30d' })).toThrow('more than publishAhead, received "30d"')
  })

  test.each<[string, object]>([
    ['store', { store: {} }],
    ['algorithm', { algorithm: 'HS256' }],
    ['algorithm', { algorithm: 'ES384' }],
    ['rotateEvery', { rotateEvery: '1h' }],
    ['rotateEvery', { rotateEvery: 0 }],
    ['publishAhead', { publishAhead: 0 }],
    ['retireAfter', { retireAfter: 0 }],
    ['timeout', { timeout: 0 }],
    ['clock', { clock: {} }],
    ['clock', { clock: { now: () => 0, monotonic: () => 0 } }],
  ])('refuses a wrong %s', (option, wrong) => {
    expect(() => createKeyRing(wrong)).toThrow(`@base/auth createKeyRing: ${option} must be`)
  })
})
