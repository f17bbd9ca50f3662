import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startService, type TestService } from './start-service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stop())

/** A request of charles whose head has arrived, and what sends its body and returns the status. */
async function held(method: string, path: string, body: object): Promise<() => Promise<number | undefined>> {
  const authorization = `Bearer ${await service.tokenOf('charles')}`
  const headers = { authorization, 'content-type': 'application/json', expect: '100-continue' }
  const sent = request(service.url + path, { method, headers })
  sent.flushHeaders()
  await once(sent, 'continue')
  return async () => {
    const answered = once(sent, 'response')
    sent.end(JSON.stringify(body))
    const [response] = await answered
    response.resume()
    return response.statusCode
  }
}

describe('a request whose body is held back', () => {
  test.each([
    ['POST', '/api-keys', { name: 'x', scopes: ['orders:read'] }, 201],
    ['PUT', '/items/LAMP', { name: 'Lamp', price: 1, stock: 1 }, 201],
    ['PUT', '/accounts/ada/roles', { roles: ['admin'] }, 200],
  ])('is that of who is signed in when it is there: %s %s', async (method, path, body, status) => {
    const send = await held(method, path, body)
    await service.send('POST', '/auth/sign-out-everywhere', undefined, 'charles')

    expect(await send()).toBe(401)
    expect(await (await held(method, path, body))()).toBe(status)
  })
})
