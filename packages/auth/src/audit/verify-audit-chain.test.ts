import { secret } from '@base/core/secret'
import { describe, expect, test } from 'vitest'
import {
  type AuditEntry,
  type AuditFlaw,
  type AuditHead,
  type AuditSeal,
  type AuditSink,
  createAudit,
  memoryAuditSink,
  verifyAuditChain,
} from './index.js'

const never = (value: unknown): never => value as never
const key = (fill: number) => new Uint8Array(32).fill(fill)
const SEAL: AuditSeal = { current: 'a', keys: { a: key(1) } }

function chainOf(length: number, seal?: AuditSeal): Promise<AuditEntry[]> {
  return chainIn(memoryAuditSink(), length, seal)
}

async function chainIn(sink: AuditSink, length: number, seal?: AuditSeal): Promise<AuditEntry[]> {
  const audit = createAudit({ sink, ...(seal && { seal }) })
  const events = Array.from({ length }, (_, index) => ({ action: `a-${index}`, details: { n: index } }))
  return Promise.all(events.map((event) => audit.record(event)))
}

const headOf = ({ sequence, hash }: AuditEntry) => ({ sequence, hash })
const at = (entries: readonly AuditEntry[], index: number) => entries.at(index) as AuditEntry
const broken = (flaw: AuditFlaw, sequence: number) => ({
  ok: false,
  error: { code: 'AUDIT_CHAIN_BROKEN', kind: 'internal', flaw, sequence },
})

describe('verifyAuditChain', () => {
  test('gives the head of a chain that is as it was recorded, from whatever it is read', async () => {
    const entries = await chainOf(5)
    const ok = { ok: true, value: headOf(at(entries, -1)) }
    expect(await verifyAuditChain(entries)).toEqual(ok)
    const shuffled = entries.map((entry) => Object.fromEntries(Object.entries(entry).reverse()))
    expect(await verifyAuditChain(JSON.parse(JSON.stringify(shuffled)))).toEqual(ok)
    expect(await verifyAuditChain(one(entries))).toEqual(ok)
    expect(await verifyAuditChain([])).toEqual({ ok: true, value: undefined })
  })

  describe('attacks on a chain', () => {
    test.each<[string, (entries: AuditEntry[]) => unknown[], AuditFlaw, number]>([
      ['a text is changed', (all) => changed(all, 2, { action: 'other' }), 'altered', 3],
      ['a detail is changed', (all) => changed(all, 2, { details: { n: 7 } }), 'altered', 3],
      ['a member is added', (all) => changed(all, 2, never({ extra: 1 })), 'altered', 3],
      ['a member is removed', (all) => changed(all, 2, { details: undefined }), 'altered', 3],
      ['the time is changed', (all) => changed(all, 0, { time: '2020-01-01T00:00:00.000Z' }), 'altered', 1],
      ['the hash is changed', (all) => changed(all, 2, { hash: 'x' }), 'altered', 3],
      ['an entry is removed', (all) => all.toSpliced(2, 1), 'missing', 3],
      ['the first is removed', (all) => all.slice(1), 'missing', 1],
      ['an entry comes twice', (all) => all.toSpliced(2, 0, at(all, 1)), 'missing', 3],
      ['two are exchanged', (all) => all.toSpliced(1, 2, at(all, 2), at(all, 1)), 'missing', 2],
      ['two exchange their numbers', (all) => renumbered(all), 'unlinked', 2],
      ['one of another chain is put in', (all) => changed(all, 2, { chain: 'other' }), 'foreign', 3],
      ['something else is put in', (all) => [...all.slice(0, 2), null], 'malformed', 3],
      ['another version is put in', (all) => changed(all, 1, never({ v: 2 })), 'malformed', 2],
      ['an unknown key is named', (all) => changed(all, 1, { keyId: 'z' }), 'unknown_key', 2],
      [
        'one is nested without end',
        (all) => changed(all, 1, never({ details: nested(100_000) })),
        'altered',
        2,
      ],
    ])('%s', async (_, attack, flaw, sequence) => {
      const forged = attack(await chainOf(5))
      expect(await verifyAuditChain(forged as AuditEntry[])).toMatchObject(broken(flaw, sequence))
    })

    test('the end is cut off: seen by a head that was noted, and not without', async () => {
      const entries = await chainOf(5)
      const anchor = headOf(at(entries, 4))
      expect(await verifyAuditChain(entries.slice(0, 3))).toMatchObject({ ok: true })
      expect(await verifyAuditChain(entries.slice(0, 3), { anchor })).toMatchObject(broken('truncated', 4))
      expect(await verifyAuditChain([], { anchor })).toMatchObject(broken('truncated', 1))
      expect(await verifyAuditChain(entries, { anchor })).toMatchObject({ ok: true })
    })

    test('all is written anew: seen by a head that was noted', async () => {
      const anchor = headOf(at(await chainOf(5), 2))
      expect(await verifyAuditChain(await chainOf(5))).toMatchObject({ ok: true })
      expect(await verifyAuditChain(await chainOf(5), { anchor })).toMatchObject(broken('rewritten', 3))
    })

    test('all is written anew without the key: seen by the seal', async () => {
      expect(await verifyAuditChain(await chainOf(3), { seal: SEAL })).toMatchObject(broken('unsealed', 1))
      const other = await chainOf(3, { current: 'a', keys: { a: key(2) } })
      expect(await verifyAuditChain(other, { seal: SEAL })).toMatchObject(broken('altered', 1))
    })
  })

  describe('given a seal', () => {
    test('entries of former keys stay good, and need them', async () => {
      const sink = memoryAuditSink()
      await createAudit({ sink, seal: SEAL }).record({ action: 'a' })
      const both: AuditSeal = { current: 'b', keys: { a: key(1), b: secret(key(2)) } }
      const audit = createAudit({ sink, seal: both })
      expect((await audit.record({ action: 'b' })).keyId).toBe('b')
      expect(await audit.verify()).toMatchObject({ ok: true, value: { sequence: 2 } })
      const alone = createAudit({ sink, seal: { current: 'b', keys: { b: key(2) } } })
      expect(await alone.verify()).toMatchObject(broken('unknown_key', 1))
      expect(await createAudit({ sink }).verify()).toMatchObject(broken('unknown_key', 1))
    })

    test('the hash depends on the key', async () => {
      const draft = await chainOf(1, SEAL)
      expect(await verifyAuditChain(draft, { seal: SEAL })).toMatchObject({ ok: true })
      expect(at(draft, 0).hash).toMatch(/^[\w-]{43}$/)
    })
  })

  describe('given a head that was verified before', () => {
    test('goes on from there', async () => {
      const entries = await chainOf(5)
      const after = headOf(at(entries, 2))
      expect(await verifyAuditChain(entries.slice(3), { after })).toMatchObject({
        ok: true,
        value: { sequence: 5 },
      })
      expect(await verifyAuditChain([], { after })).toEqual({ ok: true, value: after })
      expect(await verifyAuditChain(entries.slice(4), { after })).toMatchObject(broken('missing', 4))
      const other = { ...after, hash: 'x' }
      expect(await verifyAuditChain(entries.slice(3), { after: other })).toMatchObject(broken('unlinked', 4))
    })

    test('a head that was noted elsewhere is held against it', async () => {
      const entries = await chainOf(5)
      const after = headOf(at(entries, 2))
      const rest = entries.slice(3)
      const verify = (anchor: AuditHead) => verifyAuditChain(rest, { after, anchor })
      expect(await verify(after)).toMatchObject({ ok: true })
      expect(await verify({ ...after, hash: 'x' })).toMatchObject(broken('rewritten', 3))
      await expect(verify(headOf(at(entries, 1)))).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('anchor.sequence must be 3 at least'),
      })
    })

    test('an audit holds it against one noted elsewhere, whichever is the earlier', async () => {
      const sinks = [memoryAuditSink(), memoryAuditSink()]
      const [honest, forged] = await Promise.all(
        sinks.map(async (sink) => {
          const audit = createAudit({ sink })
          for (let n = 1; n <= 5; n++) await audit.record({ action: 'pay' })
          return { audit, entries: await sink.read('audit', 1, 5) }
        }),
      )
      const after = headOf(at(forged?.entries ?? [], 3))
      for (const [index, entry] of (honest?.entries ?? []).entries()) {
        const verified = await forged?.audit.verify({ after, anchor: headOf(entry) })
        expect(verified).toMatchObject(broken('rewritten', index + 1))
        const own = headOf(at(forged?.entries ?? [], index))
        expect(await forged?.audit.verify({ after, anchor: own })).toMatchObject({ ok: true })
      }
    })

    test('an audit checks what leads from an earlier anchor to it', async () => {
      const inner = memoryAuditSink()
      const entries = await chainIn(inner, 5)
      const sink: AuditSink = {
        head: (chain) => inner.head(chain),
        append: (all) => inner.append(all),
        read: async (...page) =>
          (await inner.read(...page)).map((entry) =>
            entry.sequence === 3 ? { ...entry, action: 'x' } : entry,
          ),
      }
      const [anchor, after] = [headOf(at(entries, 1)), headOf(at(entries, 3))]
      expect(await createAudit({ sink }).verify({ after })).toMatchObject({ ok: true })
      expect(await createAudit({ sink }).verify({ after, anchor })).toMatchObject(broken('altered', 3))
      const other = { ...after, hash: 'x' }
      expect(await createAudit({ sink: inner }).verify({ after: other, anchor })).toMatchObject(
        broken('rewritten', 4),
      )
    })

    test('an audit reads from there, and sees what was cut off or rewritten before', async () => {
      const sink = memoryAuditSink()
      const audit = createAudit({ sink })
      const [first, second] = [await audit.record({ action: 'a' }), await audit.record({ action: 'b' })]
      await audit.record({ action: 'c' })
      expect(await audit.verify({ after: headOf(first) })).toMatchObject({ ok: true, value: { sequence: 3 } })
      expect(await audit.verify({ after: { sequence: 9, hash: 'x' } })).toMatchObject(broken('truncated', 9))
      const rewritten = { after: { ...headOf(second), hash: 'x' } }
      expect(await audit.verify(rewritten)).toMatchObject(broken('rewritten', 2))
      expect(await audit.verify({ anchor: headOf(second) })).toMatchObject({ ok: true })
      expect(await audit.verify({ anchor: { sequence: 4, hash: 'x' } })).toMatchObject(broken('truncated', 4))
    })
  })

  test('the error says where and what, and nothing of the entry', async () => {
    const result = await verifyAuditChain(changed(await chainOf(3), 2, { action: 'canary' }))
    expect(result.ok || result.error.message).toBe("The audit chain 'audit' is broken at entry 3: altered.")
  })

  test('what the source throws is thrown on', async () => {
    const cause = new Error('away')
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(cause) }),
    }
    await expect(verifyAuditChain(source)).rejects.toBe(cause)
  })

  test.each([undefined, null, 5, {}])('refuses entries that are %j', async (entries) => {
    await expect(verifyAuditChain(never(entries))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('@base/auth verifyAuditChain: entries must be an iterable of entries'),
    })
  })

  test.each([
    [{ after: { sequence: 0, hash: 'x' } }, 'after.sequence'],
    [{ anchor: { sequence: 1, hash: '' } }, 'anchor.hash'],
    [{ seal: { current: 'a', keys: {} } }, 'seal.current'],
  ])('refuses %j', async (options, name) => {
    await expect(verifyAuditChain([], options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`@base/auth verifyAuditChain: ${name} must be`),
    })
  })
})

function changed(entries: readonly AuditEntry[], index: number, changes: object): AuditEntry[] {
  return entries.with(index, { ...at(entries, index), ...changes })
}

function renumbered(entries: readonly AuditEntry[]): AuditEntry[] {
  const [second, third] = [at(entries, 1), at(entries, 2)]
  return entries.toSpliced(1, 2, { ...third, sequence: 2 }, { ...second, sequence: 3 })
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

async function* one<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
