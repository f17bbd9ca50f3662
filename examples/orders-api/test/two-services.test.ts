import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeServer } from './engines.ts'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { forAda, type TestService } from './start-service.ts'
import { userOf } from './user.ts'

describeServer((start) => {
  let gateway: TestGateway
  const services: TestService[] = []
  const both = (n: number) => services[n % 2] as TestService
  beforeAll(async () => {
    gateway = await runGateway()
    const settings = {
      paymentUrl: gateway.url,
      paymentTimeout: '10s',
      issuer: 'https://shop.example.com',
    } as const
    for (let n = 0; n < 2; n++) services.push(await start(settings))
  })
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()))
    await gateway?.kill()
  })

  const put = (sku: string) => both(0).send('PUT', `/items/${sku}`, { name: 'Lamp', price: 2_000, stock: 10 })

  test('two services on one database sell no piece twice, whatever the order of the lines', async () => {
    await put('SHARED-1')
    await put('SHARED-2')
    const lines = ['SHARED-1', 'SHARED-2'].map((sku) => ({ sku, quantity: 1 }))
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        both(n).send('POST', '/orders', { ...forAda, lines: n % 3 === 0 ? lines : lines.toReversed() }),
      ),
    )

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10)
    expect(answers.filter(({ body }) => body.code === 'OUT_OF_STOCK')).toHaveLength(40)
    expect((await both(1).get('/items/SHARED-2')).body.stock).toBe(0)
  })

  test('and know the same users: who signs in at one is signed in at the other, and out at once', async () => {
    const [here, there] = [userOf(both(0)), userOf(both(1))]
    const { accessToken, refreshToken } = await here.signIn()
    expect((await there.sessions(accessToken)).status).toBe(200)
    const keys = async (n: number) => (await both(n).get('/.well-known/jwks.json')).body
    expect(await keys(1)).toEqual(await keys(0))

    const renewed = await there.renewed(refreshToken)
    await here.post('/auth/sign-out', { refreshToken: renewed.refreshToken }, renewed.accessToken)
    expect((await there.sessions(renewed.accessToken)).status).toBe(401)
    expect((await there.refresh(renewed.refreshToken)).status).toBe(401)
  })

  test('and take the payment of an order once', async () => {
    await put('SHARED-3')
    const order = { ...forAda, lines: [{ sku: 'SHARED-3', quantity: 1 }] }
    const { id } = (await both(0).send('POST', '/orders', order)).body
    const { received } = await gateway.state()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => both(n).send('POST', `/orders/${id}/confirm`)),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
    expect((await gateway.state()).received).toBe(received + 1)
  })
})
