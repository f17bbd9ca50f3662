import { expect, test } from 'vitest'
import { orderOf, Visitor } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf, stockOf } from './open-shop.ts'

/** So few that a test can meet them: the two that sign in at the start are counted. */
export const FEW = { ORDER_LIMIT: '3/hour', SIGN_IN_LIMIT: '5/hour' }

/** Too many: of a shop that allows as few as above. */
export function limits(shop: () => OpenShop): void {
  test('a customer who places too many orders is told when to come back, and others are not', async () => {
    const { ada, charles } = shop()
    const sku = await newItem(shop())
    const seen: number[] = []
    for (let count = 0; count < 3; count++) seen.push((await ada.post('/orders', orderOf(sku))).status)
    const refused = await ada.post('/orders', orderOf(sku))

    expect(seen).toEqual([201, 201, 201])
    expect(refusalOf(refused)).toEqual([429, 'RATE_LIMITED'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(3_600)
    expect(await stockOf(shop(), sku)).toBe(7)
    expect((await charles.post('/orders', orderOf(sku))).status).toBe(201)
    expect((await ada.get('/orders')).status).toBe(200)
  })

  test('an address that tries to sign in too often is refused, whatever it says', async () => {
    const stranger = new Visitor(shop().process.url)
    const seen: number[] = []
    for (let count = 0; count < 4; count++)
      seen.push(
        (await stranger.post('/auth/sign-in', { username: 'ada', password: `guess ${count}` })).status,
      )

    expect(seen).toEqual([401, 401, 401, 429])
    expect((await stranger.post('/auth/sign-in', {})).status).toBe(429)
  })
}
