import { type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { AuditEntry } from '../audit/audit-entry.js'
import type { AuditSink } from '../audit/audit-sink.js'
import { assert } from './assert.js'

/**
 * What every `AuditSink` must do; a sink is one when it passes this against the real system.
 *
 * `make` gives a sink without entries. Time means nothing to it.
 *
 * @example
 * import { memoryAuditSink } from '@base/auth/audit'
 * import { auditSinkConformance } from '@base/auth/testing'
 * import { test } from 'vitest'
 *
 * auditSinkConformance(() => ({ subject: memoryAuditSink(), advance: () => {}, dispose: () => {} }), { test })
 */
export function auditSinkConformance(make: Make<AuditSink>, options: ConformanceOptions): void {
  const law = laws('AuditSink', make, options)
  keeping(law)
  refusing(law)
  races(law)
}

function keeping(law: Law<AuditSink>): void {
  law('a chain without entries has no head', async (sink) => {
    assert.equal(await sink.head('a'), undefined)
    assert.deepEqual(await sink.read('a', 1, 10), [])
  })

  law('entries come back as they were, in their order', async (sink) => {
    const entries = chainOf('a', 3)
    assert.equal(await sink.append(entries.slice(0, 1)), true)
    assert.equal(await sink.append(entries.slice(1)), true)
    assert.deepEqual(await sink.read('a', 1, 10), entries)
    assert.deepEqual(await sink.head('a'), { sequence: 3, hash: 'a 3' })
  })

  law('a hundred are appended at once, and read page by page', async (sink) => {
    const entries = chainOf('a', 100)
    assert.equal(await sink.append(entries), true)
    assert.deepEqual(await sink.read('a', 1, 40), entries.slice(0, 40))
    assert.deepEqual(await sink.read('a', 81, 40), entries.slice(80))
    assert.deepEqual(await sink.read('a', 101, 40), [])
  })

  law('chains do not know each other', async (sink) => {
    const odd = "A'; -- {a}ü"
    for (const chain of ['a', 'A', odd]) assert.equal(await sink.append(chainOf(chain, 2)), true)
    for (const chain of ['a', 'A', odd]) assert.deepEqual(await sink.read(chain, 1, 10), chainOf(chain, 2))
    assert.equal(await sink.head('a '), undefined)
  })
}

function refusing(law: Law<AuditSink>): void {
  law('what does not follow the last place is refused, and changes nothing', async (sink) => {
    const [first, second, third, fourth] = chainOf('a', 4) as [AuditEntry, AuditEntry, AuditEntry, AuditEntry]
    assert.equal(await sink.append([second]), false)
    await sink.append([first, second])
    for (const entries of [[first], [second], [fourth], [second, third]])
      assert.equal(await sink.append(entries), false)
    assert.deepEqual(await sink.read('a', 1, 10), [first, second])
  })

  law('what follows another entry than the last is refused', async (sink) => {
    const [first, second] = chainOf('a', 2) as [AuditEntry, AuditEntry]
    assert.equal(await sink.append([{ ...first, previous: 'x' }]), false)
    await sink.append([first])
    assert.equal(await sink.append([{ ...second, previous: 'x' }]), false)
    assert.deepEqual(await sink.read('a', 1, 10), [first])
  })
}

function races(law: Law<AuditSink>): void {
  law('of fifty that append to one place at once one succeeds, with all of its entries', async (sink) => {
    const rivals = Array.from({ length: 50 }, (_, index) => chainOf('a', 2, `by ${index}`))
    const done = await Promise.all(rivals.map((entries) => sink.append(entries)))
    const winners = rivals.filter((_, index) => done[index])
    assert.equal(winners.length, 1, `${winners.length} appended to the same place`)
    assert.deepEqual(await sink.read('a', 1, 10), winners[0])
  })
}

/** Entries that follow each other. A sink computes no hash, so any text is one. */
function chainOf(chain: string, count: number, reason = 'ü\n"\\'): AuditEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    v: 1,
    id: `0192e4a0-0000-7000-8000-${String(index).padStart(12, '0')}`,
    chain,
    sequence: index + 1,
    time: '2026-01-01T00:00:00.000Z',
    action: 'order.cancel',
    outcome: 'success',
    actor: { id: 'user-1', type: 'user' },
    target: { type: 'order', id: '7' },
    reason,
    changes: [{ path: '/a~1b', before: null, after: [1.5, true, { deep: '🔑' }] }],
    details: { n: 1 },
    previous: index === 0 ? '' : `${chain} ${index}`,
    hash: `${chain} ${index + 1}`,
  }))
}
