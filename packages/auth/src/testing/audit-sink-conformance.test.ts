import { describe, expect, test } from 'vitest'
import { type AuditSink, memoryAuditSink } from '../audit/index.js'
import { auditSinkConformance } from './audit-sink-conformance.js'
import { brokenLaws, lawsOf, methodsOf } from './broken.fixture.js'

type Change = (sink: AuditSink) => Partial<AuditSink>

const twin = (change: Change) => (): AuditSink => {
  const sink = methodsOf(memoryAuditSink())
  return { ...sink, ...change(sink) }
}

const later = () => new Promise((resolve) => setImmediate(resolve))

const twins: readonly [law: string, change: Change][] = [
  ['a chain without entries has no head', () => ({ head: async () => ({ sequence: 0, hash: '' }) })],
  [
    'entries come back as they were, in their order',
    (sink) => ({ read: async (...args) => [...(await sink.read(...args))].reverse() }),
  ],
  [
    'a hundred are appended at once, and read page by page',
    (sink) => ({ read: (chain, from, limit) => sink.read(chain, from, Math.min(limit, 30)) }),
  ],
  ['chains do not know each other', (sink) => ({ head: (chain) => sink.head(chain.trim()) })],
  [
    'what does not follow the last place is refused, and changes nothing',
    (sink) => ({
      append: async (entries) => (await sink.append(entries)) || (await sink.append(entries.slice(1))),
    }),
  ],
  [
    'what follows another entry than the last is refused',
    (sink) => ({
      append: async (entries) => {
        const [first] = entries
        const last = first && (await sink.head(first.chain))
        return sink.append(
          entries.map((entry, at) => (at === 0 ? { ...entry, previous: last?.hash ?? '' } : entry)),
        )
      },
    }),
  ],
  [
    'of fifty that append to one place at once one succeeds, with all of its entries',
    (sink) => ({
      append: async (entries) => {
        const last = await sink.head('a')
        await later()
        return (await sink.append(entries)) || (last === undefined && entries[0]?.sequence === 1)
      },
    }),
  ],
]

describe('auditSinkConformance', () => {
  test('accepts a sink', async () => {
    expect(await brokenLaws(auditSinkConformance, memoryAuditSink)).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(auditSinkConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(auditSinkConformance)).toEqual(twins.map(([law]) => law))
  })
})
