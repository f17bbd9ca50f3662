import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { AuditEntry } from '../audit/audit-entry.js'
import type { AuditSink } from '../audit/audit-sink.js'

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
  reading(law)
  refusing(law)
  races(law)
}

function keeping(law: Law<AuditSink>): void {
  law('a chain without entries has no head and nothing to read', async (sink) => {
    assert.equal(await sink.head('a'), undefined)
    assert.deepEqual(await sink.read('a', 1, 10), [])
  })

  law('entries come back as they were given, in their order', async (sink) => {
    const odd = {
      action: "ü'; -- {a}",
      actor: { id: 'ü 😀' },
      details: { text: '\0 \ud800 \\ " \n', list: [1e21, 0.1, -1, null, true], nested: { __proto: {} } },
    }
    const entries = [...chain('a', 1, 2), entry('a', 3, odd)]
    assert.equal(await sink.append(entries.slice(0, 1)), true)
    assert.equal(await sink.append(entries.slice(1)), true)
    assert.deepEqual(await sink.read('a', 1, 10), entries)
  })

  law('the head is the last entry', async (sink) => {
    await sink.append(chain('a', 1, 12))
    assert.deepEqual(await sink.head('a'), { sequence: 12, hash: hashOf('a', 12) })
    await sink.append(chain('a', 13, 13))
    assert.deepEqual(await sink.head('a'), { sequence: 13, hash: hashOf('a', 13) })
  })

  law('a hundred entries are appended at once', async (sink) => {
    assert.equal(await sink.append(chain('a', 1, 100)), true)
    assert.deepEqual(await sink.read('a', 1, 1_000), chain('a', 1, 100))
  })
}

function reading(law: Law<AuditSink>): void {
  law('a page begins where it is asked to, and is no longer than that', async (sink) => {
    await sink.append(chain('a', 1, 12))
    assert.deepEqual(await sink.read('a', 4, 3), chain('a', 4, 6))
    assert.deepEqual(await sink.read('a', 11, 3), chain('a', 11, 12))
    assert.deepEqual(await sink.read('a', 13, 3), [])
  })

  law('600 entries are all read, however the sink pages', async (sink) => {
    for (let from = 1; from < 600; from += 100) await sink.append(chain('a', from, from + 99))
    const read: number[] = []
    for (;;) {
      const page = await sink.read('a', read.length + 1, 500)
      if (page.length === 0 || read.length > 600) break
      read.push(...page.map(({ sequence }) => sequence))
    }
    assert.deepEqual(
      read,
      chain('a', 1, 600).map(({ sequence }) => sequence),
    )
  })

  law('chains do not know each other', async (sink) => {
    for (const name of ['a', 'A', 'a ', "ü'; --"]) assert.equal(await sink.append(chain(name, 1, 2)), true)
    assert.equal(await sink.append(chain('A', 3, 3)), true)
    assert.deepEqual(await sink.head('a'), { sequence: 2, hash: hashOf('a', 2) })
    assert.deepEqual(await sink.read('A', 1, 10), chain('A', 1, 3))
    assert.equal(await sink.head('b'), undefined)
  })

  law('what is given away or was given does not change what is kept', async (sink) => {
    const given = chain('a', 1, 1)
    await sink.append(given)
    Object.assign(given[0] as object, { action: 'changed' })
    const [read] = await sink.read('a', 1, 1)
    Object.assign(read as object, { action: 'changed' })
    assert.deepEqual(await sink.read('a', 1, 10), chain('a', 1, 1))
  })
}

function refusing(law: Law<AuditSink>): void {
  law('a place that is taken, or beyond the next, is refused, and nothing changes', async (sink) => {
    assert.equal(await sink.append(chain('a', 2, 2)), false)
    await sink.append(chain('a', 1, 3))
    for (const sequence of [1, 2, 3, 5, 60])
      assert.equal(await sink.append(chain('a', sequence, sequence)), false)
    assert.equal(await sink.append([entry('a', 3, { previous: hashOf('a', 3) })]), false)
    assert.deepEqual(await sink.read('a', 1, 10), chain('a', 1, 3))
    assert.equal(await sink.append(chain('a', 4, 4)), true)
  })

  law('what names the last entry is refused at any place but the next, and nothing changes', async (sink) => {
    for (const sequence of [2, 3])
      assert.equal(await sink.append([entry('a', sequence, { previous: '' })]), false)
    await sink.append(chain('a', 1, 2))
    for (const sequence of [1, 2, 4, 60])
      assert.equal(await sink.append([entry('a', sequence, { previous: hashOf('a', 2) })]), false)
    assert.deepEqual(await sink.read('a', 1, 10), chain('a', 1, 2))
  })

  law('what does not name the last entry is refused, and nothing changes', async (sink) => {
    assert.equal(await sink.append([entry('a', 1, { previous: 'x' })]), false)
    await sink.append(chain('a', 1, 2))
    for (const previous of ['', 'x', hashOf('a', 1), hashOf('a', 3)])
      assert.equal(await sink.append([entry('a', 3, { previous })]), false)
    assert.deepEqual(await sink.read('a', 1, 10), chain('a', 1, 2))
  })

  law('entries that do not follow are refused as a whole', async (sink) => {
    await sink.append(chain('a', 1, 2))
    assert.equal(await sink.append(chain('a', 2, 5)), false)
    assert.equal(await sink.append(chain('a', 4, 6)), false)
    assert.deepEqual(await sink.head('a'), { sequence: 2, hash: hashOf('a', 2) })
    assert.deepEqual(await sink.read('a', 1, 10), chain('a', 1, 2))
  })
}

function races(law: Law<AuditSink>): void {
  const writers = Array.from({ length: 20 }, (_, index) => index)

  law('of 20 that append to one place at once exactly one succeeds', async (sink) => {
    await sink.append(chain('a', 1, 1))
    const all = await Promise.all(
      writers.map((writer) => sink.append([entry('a', 2, { details: { writer } })])),
    )
    assert.equal(all.filter(Boolean).length, 1)
    const [kept] = await sink.read('a', 2, 10)
    assert.deepEqual(kept?.details, { writer: all.indexOf(true) })
  })

  law('of 20 that append the first entries at once exactly one succeeds, whole', async (sink) => {
    const all = await Promise.all(
      writers.map((writer) => sink.append(chain('a', 1, 2 + (writer % 3), { details: { writer } }))),
    )
    assert.equal(all.filter(Boolean).length, 1)
    const winner = all.indexOf(true)
    assert.deepEqual(
      await sink.read('a', 1, 10),
      chain('a', 1, 2 + (winner % 3), { details: { writer: winner } }),
    )
  })

  law('writers that try again keep the chain unbroken', async (sink) => {
    // Each that is refused means that another succeeded, so none needs more tries than there are writers.
    const write = async (writer: number): Promise<boolean> => {
      for (let tries = 0; tries < writers.length; tries++) {
        const { sequence = 0, hash: previous = '' } = (await sink.head('a')) ?? {}
        const next = entry('a', sequence + 1, { previous, details: { writer } })
        if (await sink.append([next])) return true
      }
      return false
    }
    assert.deepEqual(new Set(await Promise.all(writers.map(write))), new Set([true]))
    const entries = await sink.read('a', 1, 100)
    assert.equal(new Set(entries.map(({ details }) => details?.['writer'])).size, 20)
    assert.deepEqual(
      entries.map(({ sequence, previous, hash }) => ({ sequence, previous, hash })),
      chain('a', 1, 20).map(({ sequence, previous, hash }) => ({ sequence, previous, hash })),
    )
  })
}

function hashOf(name: string, sequence: number): string {
  return sequence === 0 ? '' : `${Buffer.from(name).toString('base64url')}-${sequence}`.padEnd(43, '_')
}

function entry(name: string, sequence: number, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    v: 1,
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    chain: name,
    sequence,
    time: '2026-01-02T03:04:05.678Z',
    action: 'order.cancel',
    outcome: 'success',
    previous: hashOf(name, sequence - 1),
    hash: hashOf(name, sequence),
    ...changes,
  }
}

function chain(name: string, from: number, to: number, changes: Partial<AuditEntry> = {}): AuditEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(name, from + index, changes))
}
