import { describe, expect, test } from 'vitest'
import { type AuditEntry, type AuditSink, memoryAuditSink } from '../audit/index.js'
import { auditSinkConformance } from './audit-sink-conformance.js'
import { brokenLaws, lawsOf, methodsOf } from './broken.fixture.js'

type Change = (sink: AuditSink) => Partial<AuditSink>

const twin = (change: Change) => (): AuditSink => {
  const sink = methodsOf(memoryAuditSink())
  return { ...sink, ...change(sink) }
}

const later = () => new Promise((resolve) => setImmediate(resolve))
const ALL = 1_000

/** Keeps what follows the last entry by what is checked, in a list without a guard. */
function unguarded(follows: (entry: AuditEntry, last: AuditEntry | undefined) => boolean): Change {
  return () => {
    const kept: AuditEntry[] = []
    return {
      append: async (entries) => {
        const [first] = entries
        if (first === undefined || !follows(first, kept.at(-1))) return false
        kept.push(...structuredClone(entries))
        return true
      },
      head: async () => kept.at(-1),
      read: async (_, from, limit) => structuredClone(kept.slice(from - 1, from - 1 + limit)),
    }
  }
}

const twins: readonly [law: string, change: Change][] = [
  [
    'a chain without entries has no head and nothing to read',
    () => ({ head: async () => ({ sequence: 0, hash: '' }) }),
  ],
  [
    'entries come back as they were given, in their order',
    (sink) => ({ read: async (...page) => (await sink.read(...page)).toReversed() }),
  ],
  [
    'the head is the last entry',
    (sink) => ({
      head: async (chain) => {
        const texts = (await sink.read(chain, 1, ALL)).map(({ sequence }) => String(sequence)).sort()
        const last = Number(texts.at(-1))
        return (await sink.read(chain, last, 1))[0]
      },
    }),
  ],
  [
    'a hundred entries are appended at once',
    (sink) => ({ append: (entries) => sink.append(entries.slice(0, 99)) }),
  ],
  [
    'a page begins where it is asked to, and is no longer than that',
    (sink) => ({ read: (chain, from) => sink.read(chain, from, ALL) }),
  ],
  [
    '600 entries are all read, however the sink pages',
    (sink) => ({ read: async (...page) => (page[1] > 500 ? [] : sink.read(...page)) }),
  ],
  [
    'chains do not know each other',
    (sink) => ({
      head: (chain) => sink.head(chain.trim().toLowerCase()),
      append: (entries) =>
        sink.append(entries.map((entry) => ({ ...entry, chain: entry.chain.trim().toLowerCase() }))),
      read: (chain, from, limit) => sink.read(chain.trim().toLowerCase(), from, limit),
    }),
  ],
  [
    'what is given away or was given does not change what is kept',
    (sink) => {
      const given = new Map<number, AuditEntry>()
      return {
        append: (entries) => {
          for (const entry of entries) given.set(entry.sequence, entry)
          return sink.append(entries)
        },
        read: async (chain, from, limit) =>
          (await sink.read(chain, from, limit)).map((entry) => given.get(entry.sequence) ?? entry),
      }
    },
  ],
  [
    'a place that is taken, or beyond the next, is refused, and nothing changes',
    unguarded(({ previous }, last) => previous === (last?.hash ?? '')),
  ],
  [
    'what names the last entry is refused at any place but the next, and nothing changes',
    // No place is taken twice.
    unguarded(
      ({ sequence, previous }, last) => previous === (last?.hash ?? '') && sequence > (last?.sequence ?? 0),
    ),
  ],
  [
    'what does not name the last entry is refused, and nothing changes',
    unguarded(({ sequence }, last) => sequence === (last?.sequence ?? 0) + 1),
  ],
  [
    'entries that do not follow are refused as a whole',
    (sink) => ({
      append: async (entries) => {
        const { sequence = 0 } = (await sink.head(entries[0]?.chain ?? '')) ?? {}
        const rest = entries.filter((entry) => entry.sequence > sequence)
        return rest.length > 0 && (await sink.append(rest)) && rest.length === entries.length
      },
    }),
  ],
  [
    'of 20 that append to one place at once exactly one succeeds',
    (sink) => ({
      append: async (entries) => {
        const head = await sink.head(entries[0]?.chain ?? '')
        const follows = entries[0]?.previous === (head?.hash ?? '')
        await later()
        return (await sink.append(entries)) || follows
      },
    }),
  ],
  [
    'of 20 that append the first entries at once exactly one succeeds, whole',
    (sink) => ({
      append: async (entries) => {
        const [first, ...rest] = entries
        if (first === undefined || !(await sink.append([first]))) return false
        await later()
        for (const entry of rest) await sink.append([{ ...entry, details: { writer: -1 } }])
        return true
      },
    }),
  ],
  [
    'writers that try again keep the chain unbroken',
    () => {
      const kept: AuditEntry[] = []
      return {
        head: async () => kept.at(-1),
        append: async (entries) => {
          const follows = entries[0]?.sequence === kept.length + 1
          await later()
          if (follows) kept.push(...entries)
          return follows
        },
        read: async () => kept,
      }
    },
  ],
]

describe('auditSinkConformance', () => {
  test('accepts a sink', async () => {
    expect(await brokenLaws(auditSinkConformance, (clock) => memoryAuditSink({ clock }))).toEqual([])
  })

  test('accepts a sink whose pages are smaller', async () => {
    const paged = twin((sink) => ({
      read: (chain, from, limit) => sink.read(chain, from, Math.min(limit, 200)),
    }))
    expect(await brokenLaws(auditSinkConformance, paged)).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(auditSinkConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(auditSinkConformance)).toEqual(twins.map(([law]) => law))
  })
})
