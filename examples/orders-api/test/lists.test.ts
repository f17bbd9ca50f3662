import { specificationFromJson, where } from '@base/domain/specification'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Item } from '../src/items/item.ts'
import { describeEngines } from './engines.ts'
import { forAda, type TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  beforeAll(async () => {
    service = await start()
  })
  afterAll(() => service?.stop())

  const put = (sku: string, more: object = {}) =>
    service.send('PUT', `/items/${sku}`, { name: sku, price: 1_000, stock: 5, ...more })
  const list = (path: string, query: Record<string, unknown>) => {
    const texts = Object.entries(query).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    return service.get(`${path}?${new URLSearchParams(texts)}`)
  }
  const skus = ({ body }: { body: { items: { sku: string }[] } }) => body.items.map(({ sku }) => sku)

  describe('a filter', () => {
    test('is a specification as JSON, such as a client writes it', async () => {
      for (const [n, price] of [500, 1_500, 2_500].entries()) await put(`FILTERED-${n}`, { price })
      const dear = where<Item>().greaterThan('price', 1_000)
      const ours = where<Item>().isIn('sku', ['FILTERED-0', 'FILTERED-1', 'FILTERED-2'])

      expect(skus(await list('/items', { filter: ours.and(dear) }))).toEqual(['FILTERED-1', 'FILTERED-2'])
      expect(skus(await list('/items', { filter: ours.and(dear.not()) }))).toEqual(['FILTERED-0'])
    })

    test('goes with the pages, to the last', async () => {
      for (const n of [1, 2, 3, 4, 5]) await put(`PAGED-${n}`, { price: 77_700 + n })
      const filter = where<Item>().greaterThan('price', 77_700)
      const seen: string[] = []
      let page = await list('/items', { filter, limit: 2 })
      for (let pages = 1; pages < 10; pages++) {
        seen.push(...skus(page))
        if (page.body.next === null) break
        page = await service.get(page.body.next)
      }

      expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => `PAGED-${n}`))
    })

    test('may be as deep as filters can be, page after page', async () => {
      for (const n of [1, 2]) await put(`DEEP-${n}`, { price: 88_888 })
      const levels = Array.from({ length: 15 }, () => '{"op":"not","of":{"op":"not","of":')
      const filter = `${levels.join('')}{"op":"equals","field":"price","value":88888}${'}}'.repeat(15)}`
      const first = await list('/items', { filter, limit: 1 })
      const second = await service.get(first.body.next)

      expect([...skus(first), ...skus(second)]).toEqual(['DEEP-1', 'DEEP-2'])
    })

    test('takes dates', async () => {
      await put('DATED')
      const { body } = await service.send('POST', '/orders', {
        ...forAda,
        lines: [{ sku: 'DATED', quantity: 1 }],
      })
      const asked = (op: string, value: string) =>
        list('/orders', { filter: { op, field: 'placedAt', value } })

      expect((await asked('greaterThanOrEqual', body.placedAt)).body.items).toEqual([body])
      expect((await asked('greaterThan', body.placedAt)).body.items).toEqual([])
      expect((await asked('lessThan', '-271821-04-20T00:00:00.000Z')).body.items).toEqual([])
    })

    test.each([
      ['a field that is not for callers', { op: 'equals', field: 'notes', value: 'x' }, 'field (notes)'],
      ['a prototype', { op: 'equals', field: '__proto__', value: 'x' }, 'field (__proto__)'],
      ['an operator that has no query', { op: 'contains', field: 'customer', value: 'x' }, 'op (customer)'],
      ['a value of another type', { op: 'greaterThan', field: 'total', value: 'x' }, 'value (total)'],
      ['a date that is none', { op: 'lessThan', field: 'placedAt', value: 'soon' }, 'value (placedAt)'],
      [
        'a wrong part deep inside',
        { op: 'not', of: { op: 'or', of: [{ op: 'isIn', field: 'secret', value: [] }] } },
        'of.of.0.field (secret)',
      ],
    ])('is refused with its place for %s', async (_, filter, place) => {
      const { status, headers, body } = await list('/orders', { filter })

      expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json'])
      expect(body.errors[0]).toMatchObject({ parameter: 'filter', detail: expect.stringContaining(place) })
    })

    test.each(['{', 'null', '[]', '7', `${'{"op":"not","of":'.repeat(40)}1${'}'.repeat(40)}`])(
      'is refused for %j',
      async (filter) => {
        const { status, body } = await list('/orders', { filter })

        expect([status, body.errors[0].parameter]).toEqual([422, 'filter'])
        expect(body.errors[0].detail).toMatch(/^\S/)
      },
    )

    test('finds in the database what it finds in memory', async () => {
      const items = (await service.get('/items?limit=100')).body.items as Item[]
      const price = fc.constantFrom(500, 1_000, 77_702)
      const sku = fc.constantFrom('FILTERED-0', 'PAGED-3', 'DATED', 'a')
      const leaf = fc.oneof(
        fc.tuple(fc.constantFrom('equals', 'notEquals', 'greaterThan', 'lessThanOrEqual'), price),
        fc.tuple(fc.constantFrom('isIn', 'isNotIn'), fc.array(fc.option(price), { maxLength: 3 })),
      )
      const rule = fc.tuple(leaf, sku, fc.boolean()).map(([[op, value], name, either]) => ({
        op: either ? 'or' : 'and',
        of: [
          { op, field: 'price', value },
          { op: 'not', of: { op: 'lessThan', field: 'sku', value: name } },
        ],
      }))
      await fc.assert(
        fc.asyncProperty(rule, async (filter) => {
          const inMemory = specificationFromJson<Item>(filter, { fields: ['price', 'sku'] })

          expect(skus(await list('/items', { filter, limit: 100 }))).toEqual(
            items.filter((item) => inMemory.isSatisfiedBy(item)).map((item) => item.sku),
          )
        }),
        { numRuns: 50 },
      )
    })
  })

  describe('a rule of the shop', () => {
    test('can be asked for by its name: items', async () => {
      await put('RULE-GONE', { stock: 0 })
      await put('RULE-LOW', { stock: 10 })
      await put('RULE-MANY', { stock: 11 })
      await put('RULE-OFF', { stock: 5, status: 'inactive' })
      const asked = async (rule: string) =>
        skus(await list('/items', { rule, limit: '100' })).filter((sku) => sku.startsWith('RULE-'))

      expect(await asked('sellable')).toEqual(['RULE-LOW', 'RULE-MANY'])
      expect(await asked('low-on-stock')).toEqual(['RULE-LOW'])
      expect(await asked('sold-out')).toEqual(['RULE-GONE'])
      expect((await list('/items', { rule: 'none' })).body.errors[0].parameter).toBe('rule')
    })

    test('can be asked for by its name: orders', async () => {
      await put('RULE-ORDER')
      const order = async () =>
        (await service.send('POST', '/orders', { ...forAda, lines: [{ sku: 'RULE-ORDER', quantity: 1 }] }))
          .body.id
      const [kept, cancelled] = [await order(), await order()]
      await service.send('POST', `/orders/${cancelled}/cancel`, { reason: 'late' })
      const ids = async (rule: string) =>
        (await list('/orders', { rule })).body.items.map(({ id }: { id: string }) => id)

      expect(await ids('cancellable')).toContain(kept)
      expect(await ids('cancellable')).not.toContain(cancelled)
      expect(await ids('overdue')).toEqual([])
    })
  })

  describe('a cursor', () => {
    const forge = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')

    test('that is not of this list is refused by name, and never page one', async () => {
      for (const n of [1, 2]) await put(`CURSOR-${n}`)
      const { next } = (await service.get('/items?limit=1')).body
      const cursor = new URL(next, service.url).searchParams.get('after') ?? ''
      const [version, hash] = JSON.parse(Buffer.from(cursor, 'base64url').toString())

      expect((await list('/items', { after: cursor })).status).toBe(200)
      for (const [path, after] of [
        ['/items', cursor.slice(1)],
        ['/items', ''],
        ['/items', forge([version, hash, [7]])],
        ['/items', forge([version, hash, ['\0']])],
        ['/orders', cursor],
        ['/customers', cursor],
      ] as const) {
        const { status, headers, body } = await list(path, { after })
        expect([status, body.code, body.errors[0].parameter]).toEqual([422, 'INVALID_CURSOR', 'after'])
        expect(headers.get('content-type')).toBe('application/problem+json')
      }
    })

    test('that somebody makes up begins elsewhere in the list, and shows nothing that is not in it', async () => {
      await put('CURSOR-OWN')
      const lines = [{ sku: 'CURSOR-OWN', quantity: 1 }]
      for (let n = 0; n < 2; n++) await service.send('POST', '/orders', { ...forAda, lines })
      const as = async (username: string, path: string) => {
        const headers = { authorization: `Bearer ${await service.tokenOf(username)}` }
        return service.fetch(path, { headers })
      }
      const { next } = (await as('ada', '/orders?limit=1')).body
      const cursor = new URL(next, service.url).searchParams.get('after') ?? ''
      const [version, hash] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
      const begin = (username: string, values: unknown) =>
        as(username, `/orders?after=${forge([version, hash, values])}`)

      const top = String(Number.MAX_SAFE_INTEGER)
      expect((await begin('ada', [top])).body.items.length).toBeGreaterThan(1)
      expect((await begin('grace', [top])).body.items).toEqual([])
      for (const values of [
        ['1e3'],
        ['x'],
        ['1; select 1'],
        [' 2 '],
        ['9223372036854775808'],
        [null],
        [],
        [2],
      ]) {
        const { status, body } = await begin('ada', values)
        expect(status === 200 ? 'a page' : body.code).toMatch(/^(?:a page|INVALID_CURSOR)$/)
      }
    })
  })
})
