import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { orderOf, Visitor } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf } from './open-shop.ts'

/** What HTTP and JSON want. */
export function protocol(shop: () => OpenShop): void {
  answers(shop)
  bodies(shop)
  contents(shop)
  paths(shop)
}

function answers(shop: () => OpenShop): void {
  describe('every answer', () => {
    test('has an id, the one of the caller where it is a UUID, and is kept by nobody', async () => {
      const id = randomUUID()
      const { url } = shop().process
      const own = await fetch(`${url}/items`, { headers: { 'x-correlation-id': id } })
      const other = await fetch(`${url}/none`, { headers: { 'x-correlation-id': 'told\u00e4' } })

      expect(own.headers.get('x-correlation-id')).toBe(id)
      expect(other.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
      for (const { headers } of [own, other]) {
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
        expect(headers.get('cache-control')).toBe('no-store')
      }
    })
  })
}

function bodies(shop: () => OpenShop): void {
  describe('a body', () => {
    test.each([
      ['broken', '{', 'JSON_MALFORMED'],
      ['a name twice', '{"address":"a","address":"b"}', 'JSON_DUPLICATE_KEY'],
      ['a prototype', '{"__proto__":{}}', 'JSON_FORBIDDEN_KEY'],
      ['very deep', '['.repeat(200) + ']'.repeat(200), 'JSON_TOO_DEEP'],
    ])('that is %s is refused', async (_, text, code) => {
      expect(refusalOf(await post(shop(), text))).toEqual([400, code])
    })

    test('that is too large is refused', async () => {
      expect(refusalOf(await post(shop(), JSON.stringify({ address: 'x'.repeat(70_000) })))).toEqual([
        413,
        'JSON_TOO_LARGE',
      ])
    })

    test.each(['text/plain', 'application/json; charset=latin1'])('of type %s is refused', async (type) => {
      const answer = await post(shop(), '{}', { 'content-type': type })

      expect(refusalOf(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
    })
  })
}

function contents(shop: () => OpenShop): void {
  describe('what a body says', () => {
    test('is refused with every wrong place at once', async () => {
      const answer = await shop().ada.post('/orders', {
        address: '',
        lines: [
          { sku: 'mug', quantity: 0 },
          { sku: 'MUG', quantity: 1, discountPercent: 101 },
        ],
      })

      expect(refusalOf(answer)).toEqual([422, 'VALIDATION'])
      expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
        '#/address',
        '#/lines/0/quantity',
        '#/lines/0/sku',
        '#/lines/1/discountPercent',
      ])
    })

    test('is kept as it is, be it made to confuse', async () => {
      const sku = await newItem(shop())
      const notes = "'; drop table orders; -- <b>\u202e😀"
      const { body } = await shop().ada.post('/orders', { ...orderOf(sku), notes })

      expect((await shop().ada.get(`/orders/${body.id}`)).body.notes).toBe(notes)
    })

    test('is refused for a text that the database cannot keep', async () => {
      const sku = await newItem(shop())
      const answer = await shop().ada.post('/orders', { ...orderOf(sku), notes: 'a\0b' })

      expect(refusalOf(answer)).toEqual([422, 'VALIDATION'])
    })
  })
}

function paths(shop: () => OpenShop): void {
  describe('a path', () => {
    test('that is none is not found', async () => {
      expect(refusalOf(await new Visitor(shop().process.url).get('/none'))).toEqual([404, 'NO_SUCH_ROUTE'])
    })

    test('that has other methods names them', async () => {
      const answer = await shop().ada.send('DELETE', '/items/MUG')

      expect(refusalOf(answer)).toEqual([405, 'METHOD_NOT_ALLOWED'])
      const allowed = (answer.headers.get('allow') ?? '').split(', ')
      expect(allowed).toEqual(expect.arrayContaining(['GET', 'PUT']))
    })
  })
}

function post({ ada }: OpenShop, body: string, headers: Record<string, string> = {}) {
  return ada.post('/orders', body, headers)
}
