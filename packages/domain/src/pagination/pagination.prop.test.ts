import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryRepository } from '../repository/memory-repository.js'
import { always } from '../specification/combine.js'
import type { OrderBy } from './index.js'

interface Row {
  readonly id: string
  readonly text?: string | null
  readonly amount?: number | null
  readonly big?: bigint | null
  readonly at?: Date | null
  readonly flag?: boolean | null
}

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 3 })

const rows: fc.Arbitrary<Row[]> = fc.uniqueArray(
  fc.record(
    {
      id: fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '\uFFFD', '😀') }),
      text: maybe(fc.constantFrom('', 'a', 'B', 'é', '\uFFFD', '😀')),
      amount: maybe(fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -7)),
      big: maybe(fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 3n })),
      at: maybe(fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms))),
      flag: maybe(fc.boolean()),
    },
    { requiredKeys: ['id'] },
  ),
  { selector: ({ id }) => id, maxLength: 25 },
)

const orders: fc.Arbitrary<OrderBy<Row>[]> = fc.uniqueArray(
  fc.record(
    {
      field: fc.constantFrom('text', 'amount', 'big', 'at', 'flag', 'id'),
      direction: fc.constantFrom('asc', 'desc'),
      nulls: fc.constantFrom('first', 'last'),
    },
    { requiredKeys: ['field'] },
  ),
  { selector: ({ field }) => field, maxLength: 4 },
) as fc.Arbitrary<OrderBy<Row>[]>

const secrets = fc.constantFrom(undefined, 'a secret of at least 32 bytes, yes')

async function filled(all: readonly Row[], cursorSecret?: string) {
  const kept = memoryRepository<Row, string>({
    id: (row) => row.id,
    ...(cursorSecret !== undefined && { cursorSecret }),
  })
  await kept.saveMany(all)
  return kept
}

const ids = (found: readonly Row[]) => found.map(({ id }) => id)

describe('pages', () => {
  test('forward and backward are the ordered list, whatever the order, nulls included', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        orders,
        fc.integer({ min: 1, max: 6 }),
        secrets,
        async (all, orderBy, limit, secret) => {
          const kept = await filled(all, secret)
          const whole = ids((await kept.findPage(always(), { orderBy, limit: 100 })).items)
          const forward: string[] = []
          let backward: string[] = []
          let last: string | null = null
          for (let more = true, after: string | null = null; more; ) {
            const page = await kept.findPage(always(), { orderBy, limit, after })
            expect(page.pageInfo.hasPreviousPage).toBe(forward.length > 0)
            forward.push(...ids(page.items))
            more = page.pageInfo.hasNextPage
            after = page.pageInfo.endCursor
            last = after
          }
          expect(forward).toEqual(whole)
          expect([...whole].sort()).toEqual(ids(all).sort())
          while (last !== null) {
            const page = await kept.findPage(always(), { orderBy, limit, before: last })
            expect(page.pageInfo.hasPreviousPage).toBe(page.items.length + backward.length + 1 < whole.length)
            backward = [...ids(page.items), ...backward]
            last = page.pageInfo.startCursor
          }
          expect(backward).toEqual(whole.slice(0, -1))
        },
      ),
    )
  })

  test('never repeat or leave out a row that stays, whatever is added and deleted in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        orders,
        fc.integer({ min: 1, max: 4 }),
        async (all, others, orderBy, limit) => {
          const kept = await filled(all)
          const added = others.filter(({ id }) => !all.some((row) => row.id === id))
          const deleted = new Set(ids(all.filter((_, index) => index % 3 === 0)))
          const seen: string[] = []
          for (let more = true, step = 0, after: string | null = null; more; step++) {
            const page = await kept.findPage(always(), { orderBy, limit, after })
            seen.push(...ids(page.items))
            more = page.pageInfo.hasNextPage
            after = page.pageInfo.endCursor
            const next = added[step]
            if (next !== undefined) await kept.save(next)
            const gone = [...deleted][step]
            if (gone !== undefined) await kept.delete(gone)
          }
          expect(new Set(seen).size).toBe(seen.length)
          for (const { id } of all) if (!deleted.has(id)) expect(seen).toContain(id)
        },
      ),
    )
  })
})
