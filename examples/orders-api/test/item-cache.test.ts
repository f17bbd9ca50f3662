import { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { forAda, startService, type TestService } from './start-service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stop())

const lamp = { name: 'Lamp', price: 2_000, stock: 10 }
const put = (stock: number) => service.send('PUT', '/items/LAMP', { ...lamp, stock })
const stock = async () => (await service.get('/items/LAMP')).body.stock
const order = { ...forAda, lines: [{ sku: 'LAMP', quantity: 4 }] }

// The real one goes on running: it counts, and in some tests it waits.
const query = PGlite.prototype.query
const statements = vi.spyOn(PGlite.prototype, 'query')
const { transaction } = PGlite.prototype
const transactions = vi.spyOn(PGlite.prototype, 'transaction')
beforeEach(async () => {
  await put(10)
  expect(await stock()).toBe(10)
  statements.mockClear()
})
afterEach(() => {
  statements.mockReset()
  transactions.mockReset()
})
afterAll(() => {
  statements.mockRestore()
  transactions.mockRestore()
})

/** Lets the next statement be done by the database, and keeps its answer until it is released. */
function holdNextAnswer(): { readonly answered: Promise<void>; release(): void } {
  const answered = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  statements.mockImplementationOnce(async function (this: PGlite, ...args) {
    const rows = await query.apply(this, args)
    answered.resolve()
    await held.promise
    // biome-ignore lint/suspicious/noExplicitAny: rows of any query
    return rows as any
  })
  return { answered: answered.promise, release: held.resolve }
}

test('an item that was read is read again without the database', async () => {
  await Promise.all(Array.from({ length: 10 }, stock))
  expect(statements).toHaveBeenCalledTimes(0)

  await put(9)
  statements.mockClear()
  await stock()
  expect(statements).toHaveBeenCalledTimes(1)
})

test('of many who read an item at once one asks the database', async () => {
  await put(9)
  statements.mockClear()
  const answer = holdNextAnswer()
  const reads = Array.from({ length: 20 }, stock)
  await answer.answered
  answer.release()

  expect(await Promise.all(reads)).toEqual(Array(20).fill(9))
  expect(statements).toHaveBeenCalledTimes(1)
})

test('the next read sees what was put, ordered and cancelled', async () => {
  await put(20)
  expect(await stock()).toBe(20)
  const { id } = (await service.send('POST', '/orders', order)).body
  expect(await stock()).toBe(16)
  await service.send('POST', `/orders/${id}/cancel`, { reason: 'late' })
  expect(await stock()).toBe(20)
})

test('an item that is made is there, though it was asked for before', async () => {
  for (const [sku, method, path] of [
    ['NEW-1', 'PUT', '/items/NEW-1'],
    ['NEW-2', 'POST', '/items'],
  ] as const) {
    expect((await service.get(`/items/${sku}`)).status).toBe(404)
    await service.send(method, path, method === 'POST' ? { sku, ...lamp } : lamp)
    expect((await service.get(`/items/${sku}`)).status).toBe(200)
  }
})

test('a read under way while a change is committed does not bring the old item back', async () => {
  await put(9)
  const answer = holdNextAnswer()
  const early = stock()
  await answer.answered
  await put(3)
  answer.release()

  expect(await early).toBe(9)
  expect(await stock()).toBe(3)
})

test('a change whose caller is gone is seen all the same', async () => {
  const caller = new AbortController()
  const authorization = `Bearer ${await service.tokenOf('ada')}`
  const answer = holdNextAnswer()
  // Whether the token was revoked is asked first.
  const placing = service.fetch('/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(order),
    signal: caller.signal,
  })
  await answer.answered
  caller.abort()
  await expect(placing).rejects.toMatchObject({ name: 'AbortError' })
  answer.release()

  await vi.waitFor(async () => expect(await stock()).toBe(6))
})

test('a change whose commit was done and not answered is seen all the same', async () => {
  transactions.mockImplementationOnce(async function (this: PGlite, ...args) {
    await transaction.apply(this, args)
    throw new Error('the connection is gone')
  })
  const { status } = await put(5)

  expect(status).toBe(503)
  expect(await stock()).toBe(5)
})
