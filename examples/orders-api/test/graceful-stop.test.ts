import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWithService } from '@base-internal/tools/services'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { gatewayAt, type TestGateway } from './run-gateway.ts'
import { type MainProcess, runMain, signIn } from './run-main.ts'
import { forAda } from './start-service.ts'

// The service starts in a process of its own, in some tests twice: most of a minute on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

let folder: string
let main: MainProcess
let url: string
let signedIn: { readonly authorization: string }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-stop-'))
})
afterEach(async () => {
  main.process.kill('SIGKILL')
  await main.ended
  rmSync(folder, { recursive: true })
})

async function start(env: Record<string, string> = {}, detached = false): Promise<void> {
  main = runMain({ PORT: '0', DATA_DIR: folder, ...env }, detached)
  url = await main.started
  signedIn = await signIn(url)
}

const ownGateway = () => gatewayAt(/payment at (http\S+);/.exec(main.output())?.[1] ?? '')
const put = async (path: string, body: unknown) =>
  fetch(url + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...(await signIn(url, 'charles')) },
    body: JSON.stringify(body),
  })

interface Outcome {
  readonly status: number
  readonly connection: string | undefined
  readonly location: string | undefined
}

/** One call over the agent's connections; rejects with the error of the socket. */
function call(agent: Agent, method: string, path: string, body?: unknown): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...signedIn }
    const sent = request(url + path, { method, agent, headers }, (response) => {
      response.resume().once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          connection: response.headers.connection,
          location: response.headers.location,
        }),
      )
      response.once('error', reject)
    })
    sent.once('error', (error) => reject(Object.assign(error, { reused: sent.reusedSocket })))
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const item = { name: 'Pen', price: 1_000, stock: 1_000_000 }
const order = { ...forAda, lines: [{ sku: 'PEN', quantity: 1 }] }

/** Orders until the service takes no more connections. */
async function orderUntilRefused(keepAlive: boolean): Promise<{ placed: number; lost: unknown[] }> {
  const agent = new Agent({ keepAlive, maxSockets: 1 })
  const lost: unknown[] = []
  for (let placed = 0; ; placed++) {
    try {
      const { status } = await call(agent, 'POST', '/orders', order)
      if (status !== 201) lost.push(status)
    } catch (error) {
      const { code, reused } = error as NodeJS.ErrnoException & { reused: boolean }
      // A connection that was never accepted is refused or reset: its order was not taken, as the count below proves.
      if (code !== 'ECONNREFUSED' && (reused || code !== 'ECONNRESET')) lost.push(error)
      agent.destroy()
      return { placed, lost }
    }
  }
}

async function countOrders(): Promise<number> {
  const response = await fetch(`${url}/orders?limit=1`, { headers: signedIn })
  const { items } = (await response.json()) as { items: { number: number }[] }
  return items[0]?.number ?? 0
}

/** Orders, stops it meanwhile, and counts after another start. */
async function stopUnderLoad(env: Record<string, string>): Promise<void> {
  await start(env)
  await put('/items/PEN', item)
  const clients = Array.from({ length: 16 }, (_, n) => orderUntilRefused(n % 2 === 0))
  while ((await countOrders()) < 40);
  main.process.kill('SIGTERM')
  const outcomes = await Promise.all(clients)
  expect(await main.ended).toBe(0)
  expect(main.errors()).toBe('')
  expect(outcomes.flatMap(({ lost }) => lost)).toEqual([])

  const placed = outcomes.reduce((sum, outcome) => sum + outcome.placed, 0)
  // Each order that was answered has its line, and the log has no other.
  const lines = main
    .lines()
    .filter((line) => line['http.route'] === '/orders' && line['http.request.method'] === 'POST')
  expect(lines.map((line) => line['http.response.status_code'])).toEqual(Array(placed).fill(201))
  await start(env)
  expect(placed).toBeGreaterThan(40)
  expect(await countOrders()).toBe(placed)
}

describe('kill -TERM', () => {
  test('under load loses no order, and the process ends with 0 (express#4789, http-terminator#22)', () =>
    stopUnderLoad({}))

  describeWithService('postgres', (postgres) => {
    test('under load loses no order of a server', () => stopUnderLoad({ DATABASE_URL: postgres.url }))
  })

  test('turns readiness off for the drain delay, in which requests are still answered', async () => {
    await start({ DRAIN_DELAY: '10s' })
    signedIn = await signIn(url, 'charles')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect((await call(agent, 'GET', '/health/ready')).status).toBe(200)
    main.process.kill('SIGTERM')

    let ready = 200
    while (ready === 200) ready = (await call(agent, 'GET', '/health/ready')).status
    expect(ready).toBe(503)
    expect((await call(agent, 'GET', '/health/live')).status).toBe(200)
    expect((await call(agent, 'PUT', '/items/LATE', item)).status).toBe(201)
    agent.destroy()
    expect(await main.ended).toBe(0)
  })

  test('ends the process at once when it comes a second time', async () => {
    await start({ DRAIN_DELAY: '20s' })
    main.process.kill('SIGTERM')
    while ((await fetch(`${url}/health/ready`)).status === 200);
    main.process.kill('SIGTERM')

    // What a shell reports for SIGTERM: 128 and its number.
    expect(await main.ended).toBe(143)
  })
})

/** Places orders and pays for them until the service takes no more connections. */
async function payUntilRefused(): Promise<{ paid: string[]; lost: unknown[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const paid: string[] = []
  const lost: unknown[] = []
  for (;;) {
    try {
      const { location = '' } = await call(agent, 'POST', '/orders', order)
      const { status } = await call(agent, 'POST', `${location}/confirm`)
      if (status === 200) paid.push(location.slice('/orders/'.length))
      else lost.push(status)
    } catch (error) {
      const { code, reused } = error as NodeJS.ErrnoException & { reused: boolean }
      if (code !== 'ECONNREFUSED' && (reused || code !== 'ECONNRESET')) lost.push(error)
      agent.destroy()
      return { paid, lost }
    }
  }
}

/** A process that has ended listens no more. */
async function untilGone(gateway: Pick<TestGateway, 'state'>): Promise<void> {
  const answers = () =>
    gateway.state().then(
      () => true,
      () => false,
    )
  while (await answers());
}

describe('the payment gateway that was started beside', () => {
  test('serves until the last request after Ctrl-C, which reaches both, and keeps its books', async () => {
    await start({}, true)
    await put('/items/PEN', item)
    const gateway = ownGateway()
    const clients = Array.from({ length: 8 }, payUntilRefused)
    while ((await gateway.books()).length < 40);
    process.kill(-(main.process.pid as number), 'SIGINT')
    const outcomes = await Promise.all(clients)
    expect(await main.ended).toBe(0)
    expect(outcomes.flatMap(({ lost }) => lost)).toEqual([])
    expect(main.errors()).toBe('')
    await untilGone(gateway)

    const paid = outcomes.flatMap((outcome) => outcome.paid)
    await start()
    expect((await ownGateway().books()).map(({ key }) => key).sort()).toEqual(paid.sort())
  })

  test('ends with a service that is killed', async () => {
    await start()
    const gateway = ownGateway()
    main.process.kill('SIGKILL')
    await main.ended

    await untilGone(gateway)
  })
})
