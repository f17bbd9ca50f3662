import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { correlationId, principal, runInContext, tenantId } from '@base/core/context'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { createActionTokens } from '../action-tokens/index.js'
import { createApiKeys } from '../api-keys/index.js'
import { createRecoveryCodes } from '../recovery-codes/index.js'
import { createSessions } from '../tokens/index.js'
import { createTotp } from '../totp/index.js'
import { type AuditEntry, type AuditOptions, type AuditSink, createAudit, memoryAuditSink } from './index.js'

const never = (value: unknown): never => value as never
const MOST = 1_000
/** As long as a key must be, and a text that an id may be. */
const TEXT_OF_A_KEY = 'f6XbT9wLq2ZrKd8NcV4sHy7GpJ3mEa5u'

const entriesOf = (sink: AuditSink, chain = 'audit') => sink.read(chain, 1, MOST)

/** The chain's numbers, and whether each entry names the one before. */
async function isUnbroken(sink: AuditSink): Promise<boolean> {
  return (await createAudit({ sink }).verify()).ok
}

describe('createAudit', () => {
  test('records who did what, to what, and what changed', async () => {
    const clock = new TestClock({ now: Date.UTC(2026, 0, 2) })
    const audit = createAudit({ clock })
    const entry = await audit.record({
      action: 'user.change-role',
      actor: { id: 'admin-1', type: 'user' },
      target: { type: 'user', id: 'user-1' },
      before: { role: 'customer', name: 'Ann' },
      after: { role: 'support', name: 'Ann' },
      details: { ip: '192.0.2.1' },
      reason: 'asked by phone',
    })
    expect(entry).toEqual({
      v: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      chain: 'audit',
      sequence: 1,
      time: '2026-01-02T00:00:00.000Z',
      action: 'user.change-role',
      outcome: 'success',
      actor: { id: 'admin-1', type: 'user' },
      target: { type: 'user', id: 'user-1' },
      reason: 'asked by phone',
      changes: [{ path: '/role', before: 'customer', after: 'support' }],
      details: { ip: '192.0.2.1' },
      previous: '',
      hash: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  test('gives what the sink has', async () => {
    const sink = memoryAuditSink()
    const audit = createAudit({ sink })
    const entry = await audit.record({ action: 'a', details: { when: new Date(0), none: undefined } })
    expect(await entriesOf(sink)).toEqual([entry])
    expect(await audit.head()).toEqual({ sequence: 1, hash: entry.hash })
  })

  test('each entry holds the hash of the one before', async () => {
    const audit = createAudit()
    const first = await audit.record({ action: 'a' })
    const second = await audit.record({ action: 'b', outcome: 'denied' })
    expect([second.sequence, second.previous]).toEqual([2, first.hash])
    expect(await audit.verify()).toEqual({ ok: true, value: { sequence: 2, hash: second.hash } })
  })

  test('takes actor, tenant and correlation id from the context, unless the event has its own', async () => {
    const audit = createAudit()
    const context = [
      [principal, { id: 'ann', roles: ['admin'] }],
      [tenantId, 'acme'],
      [correlationId, 'c-1'],
    ] as const
    const [own, other] = await runInContext([...context], () =>
      Promise.all([
        audit.record({ action: 'a' }),
        audit.record({ action: 'a', actor: { id: 'job' }, tenant: 'other', correlationId: 'c-2' }),
      ]),
    )
    expect(own).toMatchObject({ actor: { id: 'ann' }, tenant: 'acme', correlationId: 'c-1' })
    expect(own?.actor).toEqual({ id: 'ann' })
    expect(other).toMatchObject({ actor: { id: 'job' }, tenant: 'other', correlationId: 'c-2' })
  })

  test('an event without a before and an after has no changes; one with the same twice has none to show', async () => {
    const audit = createAudit()
    expect(await audit.record({ action: 'a' })).not.toHaveProperty('changes')
    expect(await audit.record({ action: 'a', before: { x: 1 }, after: { x: 1 } })).toHaveProperty(
      'changes',
      [],
    )
  })

  test('what is made or removed is one change of the whole', async () => {
    const audit = createAudit()
    expect((await audit.record({ action: 'a', after: { x: 1 } })).changes).toEqual([
      { path: '', after: { x: 1 } },
    ])
    expect((await audit.record({ action: 'a', before: { x: 1 } })).changes).toEqual([
      { path: '', before: { x: 1 } },
    ])
  })

  test('chains of other names do not know each other', async () => {
    const sink = memoryAuditSink()
    const [one, other] = [createAudit({ sink, chain: 'one' }), createAudit({ sink, chain: 'other' })]
    await one.record({ action: 'a' })
    expect((await other.record({ action: 'b' })).sequence).toBe(1)
    expect(await one.verify()).toMatchObject({ ok: true, value: { sequence: 1 } })
  })

  test('a key that is wiped once it was handed over still records and verifies', async () => {
    const key = crypto.getRandomValues(new Uint8Array(32))
    const keys: Record<string, Uint8Array> = { k: key }
    const audit = createAudit({ seal: { current: 'k', keys } })
    await audit.record({ action: 'a' })
    key.fill(0)
    delete keys['k']
    await audit.record({ action: 'b' })
    expect(await audit.verify()).toMatchObject({ ok: true, value: { sequence: 2 } })
  })

  test('verifies chains that are longer than a page', async () => {
    const audit = createAudit()
    await Promise.all(Array.from({ length: 1_201 }, () => audit.record({ action: 'a' })))
    expect(await audit.verify()).toMatchObject({ ok: true, value: { sequence: 1_201 } })
  })

  test.each([1, 200, 499])('verifies to the end where the sink gives %i at most', async (most) => {
    const inner = memoryAuditSink()
    let forged = 0
    const sink: AuditSink = {
      head: (chain) => inner.head(chain),
      append: (entries) => inner.append(entries),
      read: async (chain, from, limit) => {
        const page = await inner.read(chain, from, Math.min(limit, most))
        return page.map((entry) => (entry.sequence === forged ? { ...entry, action: 'forged' } : entry))
      },
    }
    const audit = createAudit({ sink })
    await Promise.all(Array.from({ length: 1_000 }, () => audit.record({ action: 'a' })))
    expect(await audit.verify({ anchor: never(await audit.head()) })).toMatchObject({
      ok: true,
      value: { sequence: 1_000 },
    })
    forged = 700
    expect(await audit.verify()).toMatchObject({ ok: false, error: { flaw: 'altered', sequence: 700 } })
  })

  test('a sink that ends before its own head is truncated', async () => {
    const inner = memoryAuditSink()
    const sink: AuditSink = {
      head: (chain) => inner.head(chain),
      append: (entries) => inner.append(entries),
      read: async (...page) => (await inner.read(...page)).filter(({ sequence }) => sequence < 3),
    }
    const audit = createAudit({ sink })
    await Promise.all(['a', 'b', 'c'].map((action) => audit.record({ action })))
    expect(await audit.verify()).toMatchObject({ ok: false, error: { flaw: 'truncated', sequence: 3 } })
  })

  test('what is recorded while a chain is verified does not matter', async () => {
    const inner = memoryAuditSink()
    const audit = createAudit({ sink: inner })
    await audit.record({ action: 'a' })
    let reads = 0
    const sink: AuditSink = {
      head: (chain) => inner.head(chain),
      append: (entries) => inner.append(entries),
      read: async (...page) => {
        const read = await inner.read(...page)
        reads++
        // One more for each page that is read, without an end.
        if (reads < 100) await audit.record({ action: 'late' })
        return read
      },
    }
    expect(await createAudit({ sink }).verify()).toMatchObject({ ok: true, value: { sequence: 1 } })
    expect(reads).toBeLessThan(3)
  })

  describe('given many at once', () => {
    test('entries stand in the order of calls, unbroken, in few appends', async () => {
      const inner = memoryAuditSink()
      let appends = 0
      const sink: AuditSink = {
        head: (chain) => inner.head(chain),
        read: (chain, from, limit) => inner.read(chain, from, limit),
        append: (entries) => {
          appends++
          return inner.append(entries)
        },
      }
      const audit = createAudit({ sink })
      const all = await Promise.all(
        Array.from({ length: 250 }, (_, index) => audit.record({ action: `a-${index}` })),
      )
      expect(all.map(({ sequence, action }) => `${sequence} ${action}`)).toEqual(
        all.map((_, index) => `${index + 1} a-${index}`),
      )
      expect(appends).toBe(4)
      expect(await isUnbroken(sink)).toBe(true)
    })

    test('writers of several processes keep one chain unbroken, and lose nothing', async () => {
      const sink = slow(memoryAuditSink())
      const writers = Array.from({ length: 5 }, () => createAudit({ sink, clock: new TestClock() }))
      await Promise.all(
        writers.flatMap((writer, index) =>
          Array.from({ length: 10 }, async (_, count) => {
            for (let wait = 0; wait < count; wait++) await later()
            await writer.record({ action: `w-${index}-${count}` })
          }),
        ),
      )
      const entries = await entriesOf(sink)
      expect(new Set(entries.map(({ action }) => action)).size).toBe(50)
      expect(entries).toHaveLength(50)
      expect(await isUnbroken(sink)).toBe(true)
    })

    test('one that is refused for its event does not touch the others', async () => {
      const audit = createAudit()
      const all = await Promise.allSettled([
        audit.record({ action: 'a' }),
        audit.record({ action: '' }),
        audit.record({ action: 'b' }),
      ])
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await audit.verify()).toMatchObject({ ok: true, value: { sequence: 2 } })
    })
  })

  describe('given a sink that is away', () => {
    test('record rejects with an UnavailableError and its cause, and goes on when the sink is back', async () => {
      const cause = new Error('away')
      const { sink, isAway } = sometimesAway(cause)
      const audit = createAudit({ sink })
      await audit.record({ action: 'a' })
      isAway.now = true
      await expect(audit.record({ action: 'lost' })).rejects.toMatchObject({ code: 'UNAVAILABLE', cause })
      await expect(audit.head()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause })
      await expect(audit.verify()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause })
      isAway.now = false
      expect((await audit.record({ action: 'b' })).sequence).toBe(2)
      expect(await isUnbroken(sink)).toBe(true)
    })

    test('all that waits fails with it, and nothing is left behind', async () => {
      const { sink, isAway } = sometimesAway(new Error('away'))
      const clock = new TestClock()
      const audit = createAudit({ sink, clock })
      isAway.now = true
      const all = await Promise.allSettled(Array.from({ length: 250 }, () => audit.record({ action: 'a' })))
      expect(all.every(({ status }) => status === 'rejected')).toBe(true)
      expect(clock.pending).toBe(0)
    })

    test('one that does not answer is given up after the timeout where it is read, too', async () => {
      const inner = memoryAuditSink()
      const never = () => new Promise<never>(() => {})
      const clock = new TestClock()
      await createAudit({ sink: inner, clock }).record({ action: 'a' })
      const sinks: AuditSink[] = [
        { head: never, append: never, read: never },
        { head: (chain) => inner.head(chain), append: never, read: never },
      ]
      for (const sink of sinks) {
        const audit = createAudit({ sink, clock, timeout: '2s' })
        const reading = Promise.allSettled([
          audit.verify(),
          sink === sinks[0] ? audit.head() : audit.verify(),
        ])
        await expect.poll(() => clock.pending).toBe(2)
        await clock.advance('2s')
        for (const outcome of await reading)
          expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
        expect(clock.pending).toBe(0)
      }
    })

    test('one that does not answer is given up after the timeout; what it did all the same stays linked', async () => {
      const inner = memoryAuditSink()
      const gate = deferred<void>()
      let isHanging = true
      const sink: AuditSink = {
        head: (chain) => inner.head(chain),
        read: (chain, from, limit) => inner.read(chain, from, limit),
        append: async (entries) => {
          if (!isHanging) return inner.append(entries)
          isHanging = false
          await gate.promise
          return inner.append(entries)
        },
      }
      const clock = new TestClock()
      const audit = createAudit({ sink, clock, timeout: '2s' })
      const late = audit.record({ action: 'late' }).catch((error: unknown) => error)
      await expect.poll(() => clock.pending).toBe(1)
      await clock.advance('2s')
      expect(await late).toMatchObject({ code: 'UNAVAILABLE' })
      gate.resolve()
      await expect.poll(() => inner.head('audit')).toMatchObject({ sequence: 1 })
      expect((await audit.record({ action: 'next' })).sequence).toBe(2)
      expect(clock.pending).toBe(0)
      expect(await isUnbroken(sink)).toBe(true)
    })

    test('tells it on a channel, without the event', async () => {
      const told: unknown[] = []
      const listen = (message: unknown) => told.push(message)
      subscribe('base:auth:audit:failed', listen)
      try {
        const { sink, isAway } = sometimesAway(new Error('away'))
        isAway.now = true
        await createAudit({ sink })
          .record({ action: 'a' })
          .catch(() => {})
        expect(told).toEqual([
          { chain: 'audit', action: 'a', error: expect.objectContaining({ code: 'UNAVAILABLE' }) },
        ])
      } finally {
        unsubscribe('base:auth:audit:failed', listen)
      }
    })

    test('one that refuses every append is given up', async () => {
      let appends = 0
      const inner = memoryAuditSink()
      const sink: AuditSink = {
        head: (chain) => inner.head(chain),
        read: (chain, from, limit) => inner.read(chain, from, limit),
        append: async () => {
          appends++
          return false
        },
      }
      await expect(createAudit({ sink }).record({ action: 'a' })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'The audit sink refused 100 times to append.',
      })
      expect(appends).toBe(100)
    })
  })

  describe('given secrets', () => {
    test('none reaches the sink, wherever it stands', async () => {
      const sink = memoryAuditSink()
      const canary = 'c4n4ry'
      const audit = createAudit({ sink, redact: ['iban'] })
      await audit.record({
        action: 'a',
        reason: `sent Bearer ${canary}abcdef`,
        before: { password: canary, user: { apiKey: canary, tokens: [canary] } },
        after: { password: `${canary}2`, user: { apiKey: `${canary}2`, tokens: [`${canary}2`] } },
        details: {
          IBAN: canary,
          'Set-Cookie': canary,
          headers: { Authorization: `Basic ${canary}` },
          url: `postgres://app:${canary}@db/app`,
          jwt: canary,
          text: `eyJhbGciOiJIUzI1NiJ9.${canary}${canary}.x`,
          stored: `$argon2id$v=19$m=1$${canary}`,
        },
      })
      const stored = JSON.stringify(await entriesOf(sink))
      expect(stored).not.toContain(canary)
      expect(stored).toContain('"path":"/password"')
      expect(stored).toContain('postgres://[redacted]@db/app')
    })
  })

  describe('given what this package hands out', () => {
    test.each<[string, (text: string) => unknown]>([
      ['by itself', (text) => ({ issued: { id: text } })],
      ['in a list', (text) => [text, text]],
      ['in a text', (text) => `sent "${text}", twice: ${text}.`],
      ['in a path', (text) => `https://example.com/reset/${text}/confirm`],
      ['in JSON', (text) => JSON.stringify({ body: `line\n${JSON.stringify({ id: text })}` })],
    ])('%s none of it reaches the sink', async (_, form) => {
      const secrets = await issuedSecrets()
      for (const issued of secrets) {
        const entry = await createAudit().record({ action: 'a', details: { value: form(issued) } })
        const kept = JSON.stringify(entry)
        expect(kept).not.toContain(issued)
        // All that proves something comes last.
        expect(kept).not.toContain(issued.slice(-10))
        expect(kept).toContain('[redacted]')
      }
    })

    test('of an API key it is known which one, also where it was mistyped', async () => {
      const { id, key } = await createApiKeys({ prefix: 'shop_live' }).create({ ownerId: 'a', scopes: [] })
      const wrong = key.slice(0, -1) + (key.endsWith('x') ? 'y' : 'x')
      const { details } = await createAudit().record({ action: 'a', details: { tried: wrong } })
      expect(details).toEqual({ tried: `shop_live_${id}_[redacted]` })
    })

    test('the address of an authenticator app hides its secret alone', async () => {
      const { secret, uri } = await createTotp({ issuer: 'x' }).enroll('u', { account: 'ann' })
      const { details, reason } = await createAudit({ redact: ['iban'] }).record({
        action: 'a',
        details: { uri },
        reason: `asked by /pay?iban=DE02 for ${uri}`,
      })
      const shown = uri.replace(secret, '[redacted]')
      expect(details).toEqual({ uri: shown })
      expect(reason).toBe(`asked by /pay?iban=[redacted] for ${shown}`)
    })
  })

  describe('given a wrong event', () => {
    test.each([
      ['event', undefined],
      ['event', 'text'],
      ['action', {}],
      ['action', { action: '' }],
      ['action', { action: 'x'.repeat(129) }],
      ['action', { action: 'a\0' }],
      ['outcome', { action: 'a', outcome: 'maybe' }],
      ['actor.id', { action: 'a', actor: {} }],
      ['actor.type', { action: 'a', actor: { id: 'a', type: 7 } }],
      ['target.type', { action: 'a', target: { id: 'a' } }],
      ['target.type', { action: 'a', target: null }],
      ['target.id', { action: 'a', target: { type: 'order', id: 7 } }],
      ['reason', { action: 'a', reason: 'x'.repeat(1_025) }],
      ['tenant', { action: 'a', tenant: '' }],
      ['correlationId', { action: 'a', correlationId: 'x'.repeat(1_025) }],
      ['details', { action: 'a', details: [] }],
      ['details', { action: 'a', details: 'text' }],
      ['event', { action: 'a', details: Object.fromEntries(many(5).map((n) => [n, 'x'.repeat(16_000)])) }],
      ['after', { action: 'a', after: many(10_001) }],
    ])('%s of it is named: %#', async (option, event) => {
      const sink = memoryAuditSink()
      await expect(createAudit({ sink }).record(never(event))).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`@base/auth createAudit: ${option} must be`),
      })
      expect(await entriesOf(sink)).toEqual([])
    })
  })

  test('an event that is too long is told by its length', async () => {
    const details = Object.fromEntries(many(5).map((n) => [n, 'x'.repeat(16_000)]))
    await expect(createAudit({ sink: memoryAuditSink() }).record({ action: 'a', details })).rejects.toThrow(
      /event must be at most 65536 characters of JSON, received "80\d\d\d characters"/,
    )
  })

  test.each<[string, unknown]>([
    ['sink', {}],
    ['chain', ''],
    ['chain', 'x'.repeat(129)],
    ['chain', 'a\0'],
    ['redact', 'iban'],
    ['redact', ['--']],
    ['timeout', 0],
    ['clock', {}],
    ['seal.current', { current: 'b', keys: { a: new Uint8Array(32) } }],
    ['seal.keys.a', { current: 'a', keys: { a: new Uint8Array(31) } }],
    ['seal.keys', { current: 'a b', keys: { 'a b': new Uint8Array(32) } }],
    ['seal.current', null],
    ['seal.current', { current: 'a', keys: null }],
  ])('refuses the option %s %j', (option, value) => {
    const name = option.split('.')[0] as keyof AuditOptions
    expect(() => createAudit({ [name]: value })).toThrow(`@base/auth createAudit: ${option} must be`)
  })

  test.each<[string, object]>([
    ['of the current one', { current: TEXT_OF_A_KEY, keys: { a: new Uint8Array(32) } }],
    ['of any', { current: 'a', keys: { [TEXT_OF_A_KEY]: 'a' } }],
    ['of any, where it can be none', { current: 'a', keys: { [`${TEXT_OF_A_KEY}=`]: 'a' } }],
  ])('does not tell a key that was given in the place of an id: %s', (_, seal) => {
    expect(() => createAudit({ seal: seal as never })).toThrow('createAudit: seal.')
    expect(() => createAudit({ seal: seal as never })).not.toThrow(TEXT_OF_A_KEY)
  })
})

async function issuedSecrets(): Promise<readonly string[]> {
  const { key } = await createApiKeys({ prefix: 'shop_live' }).create({ ownerId: 'a', scopes: [] })
  const { token } = await createActionTokens({ purpose: 'reset' }).issue('u')
  const { id } = await createSessions({}).create('u')
  return [key, token, id, ...(await createRecoveryCodes().generate('u'))]
}

function many(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

function later(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Each answer takes a while, so that writers meet. */
function slow(inner: AuditSink): AuditSink {
  return {
    head: async (chain) => {
      const head = await inner.head(chain)
      await later()
      return head
    },
    append: async (entries: readonly AuditEntry[]) => {
      await later()
      return inner.append(entries)
    },
    read: (chain, from, limit) => inner.read(chain, from, limit),
  }
}

function sometimesAway(cause: Error) {
  const inner = memoryAuditSink()
  const isAway = { now: false }
  const answer = async <T>(ask: () => PromiseLike<T>): Promise<T> => {
    if (isAway.now) throw cause
    return ask()
  }
  const sink: AuditSink = {
    head: (chain) => answer(() => inner.head(chain)),
    append: (entries) => answer(() => inner.append(entries)),
    read: (chain, from, limit) => answer(() => inner.read(chain, from, limit)),
  }
  return { sink, isAway }
}
