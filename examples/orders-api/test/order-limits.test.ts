import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { movedClock } from './moved-clock.ts'
import { type Answer, forAda, startService, type TestService } from './start-service.ts'

const clock = movedClock()
let service: TestService
beforeAll(async () => {
  service = await startService({ orderLimit: '3/hour' }, clock)
  await service.send('PUT', '/items/MUG', { name: 'Mug', price: 2_000, stock: 1_000 })
  for (const username of ['grace', 'linus'])
    await service.send('POST', '/customers', { username, name: username, email: `${username}@example.com` })
})
afterAll(() => service?.stop())
beforeEach(() => {
  // Whatever was spent before is forgiven.
  clock.move('1d')
})

const order = { ...forAda, lines: [{ sku: 'MUG', quantity: 1 }] }
const place = (customer: string) => service.send('POST', '/orders', order, customer)

/** As many answers, one after the other. */
async function answers(count: number, ask: () => Promise<Answer>): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index++) seen.push((await ask()).status)
  return seen
}

const retryAfterOf = ({ headers }: Answer) => Number(headers.get('retry-after'))

describe('a customer', () => {
  test('who places too many orders gets a 429 that says when to come back, and nothing is taken', async () => {
    expect(await answers(3, () => place('ada'))).toEqual([201, 201, 201])
    const { stock } = (await service.get('/items/MUG')).body
    const refused = await place('ada')

    expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({
      title: 'Too Many Requests',
      status: 429,
      detail: "Rate limit 'orders per customer' is exceeded.",
    })
    // A third of an hour, of which the three orders took some seconds.
    expect(retryAfterOf(refused)).toBeGreaterThan(0)
    expect(retryAfterOf(refused)).toBeLessThanOrEqual(1_200)
    expect((await service.get('/items/MUG')).body.stock).toBe(stock)
  })

  test('may place the next one when that time is over, and not long before', async () => {
    await answers(3, () => place('ada'))
    const pause = retryAfterOf(await place('ada')) * 1_000

    clock.move(pause / 2)
    expect((await place('ada')).status).toBe(429)
    clock.move(pause / 2)
    expect(await answers(2, () => place('ada'))).toEqual([201, 429])
  })

  test('does not pay for what others order', async () => {
    await answers(4, () => place('ada'))

    expect(await answers(4, () => place('grace'))).toEqual([201, 201, 201, 429])
  })

  test('pays for what cannot be read, too', async () => {
    const authorization = `Bearer ${await service.tokenOf('ada')}`
    const broken = () => service.fetch('/orders', { method: 'POST', body: '{', headers: { authorization } })
    const wrong = () => service.send('POST', '/orders', {})

    expect([...(await answers(2, broken)), ...(await answers(2, wrong))]).toEqual([415, 415, 422, 429])
  })

  test('who sends twenty at once gets as many as one after the other', async () => {
    const seen = await Promise.all(Array.from({ length: 20 }, () => place('linus')))

    expect(seen.map(({ status }) => status).sort()).toEqual([201, 201, 201, ...Array(17).fill(429)])
  })

  test('who is refused can still read, and move what is ordered', async () => {
    const { body } = await place('ada')
    await answers(3, () => place('ada'))

    expect((await service.get(`/orders/${body.id}`)).status).toBe(200)
    expect((await service.send('POST', `/orders/${body.id}/cancel`, { reason: 'no' })).status).toBe(200)
  })
})
