import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'

// The service starts in a process of its own: most of a minute on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface Run {
  readonly process: ChildProcess
  readonly ended: Promise<number | null>
  /** Its URL, once it has printed it. */
  url(): Promise<string>
  errors(): string
  /** The lines of its log so far. */
  lines(): readonly Line[]
}

type Line = Readonly<Record<string, unknown>>

const running: Run[] = []
afterEach(async () => {
  for (const { process, ended } of running.splice(0)) {
    process.kill('SIGKILL')
    await ended
  }
})

function run(env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [MAIN], {
    // Where no .env of the reader's machine is.
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], PORT: '0', OPS_PORT: '0', DATA_DIR: 'memory://', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const url = async () => {
    for (;;) {
      const [, found] = /answers at (http:\/\/[\d.]+:\d+)/.exec(output) ?? []
      if (found !== undefined) return found
      await Promise.race([once(child.stdout, 'data'), ended])
      if (child.exitCode !== null) throw new Error(`It has ended: ${errors}`)
    }
  }
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Line => JSON.parse(line))
  const started = { process: child, ended, url, errors: () => errors, lines }
  running.push(started)
  return started
}

function send(url: string, method: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function signIn(url: string, username: string): Promise<{ readonly authorization: string }> {
  const answer = await send(`${url}/auth/sign-in`, 'POST', { username, password: 'analytical-engine' })
  const { accessToken } = (await answer.json()) as { accessToken: string }
  return { authorization: `Bearer ${accessToken}` }
}

describe('the service by hand', () => {
  test('places an order once under one key, and ends with 0 when it is told to', async () => {
    const main = run({})
    const url = await main.url()
    const item = { name: 'Mug', price: 1_290, stock: 5 }
    const put = await send(`${url}/items/MUG`, 'PUT', item, await signIn(url, 'charles'))
    const order = { address: '12 St James Square, London', lines: [{ sku: 'MUG', quantity: 2 }] }
    const ada = { ...(await signIn(url, 'ada')), 'idempotency-key': 'k-1' }
    const first = await send(`${url}/orders`, 'POST', order, ada)
    const again = await send(`${url}/orders`, 'POST', order, ada)

    expect([put.status, first.status, again.status]).toEqual([201, 201, 201])
    expect(await again.json()).toEqual(await first.json())
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await (await fetch(`${url}/items/MUG`)).json()).toMatchObject({ stock: 3 })
    main.process.kill('SIGTERM')
    expect([await main.ended, main.errors()]).toEqual([0, ''])
  })

  test('names every setting that is wrong, and does not start', async () => {
    const main = run({ PORT: 'eighty', ORDER_LIMIT: 'many', DATABASE_URL_FILE: '/nowhere' })

    expect(await main.ended).toBe(1)
    expect(main.errors()).toBe(
      [
        'The configuration is not valid:',
        '  DATABASE_URL_FILE: cannot be read (ENOENT)',
        '  PORT: must be a whole number from 0 to 65535',
        "  ORDER_LIMIT: must be a limit such as '100/minute' or '10/30s'\n",
      ].join('\n'),
    )
  })

  test('says that the server of its database does not answer, and not its password', async () => {
    const main = run({ DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/shop' })

    expect([await main.ended, main.errors()]).toEqual([1, 'The database does not answer now.\n'])
  })

  test('keeps the lines of a request for the case of an error, and names request and trace in each', async () => {
    const main = run({ PAYMENT_URL: 'http://127.0.0.1:1' })
    const url = await main.url()
    const item = { name: 'Mug', price: 1_290, stock: 5 }
    await send(`${url}/items/MUG`, 'PUT', item, await signIn(url, 'charles'))
    const order = { address: '12 St James Square, London', lines: [{ sku: 'MUG', quantity: 2 }] }
    const ada = await signIn(url, 'ada')
    const placed = (await (await send(`${url}/orders`, 'POST', order, ada)).json()) as { id: string }
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const paid = await send(`${url}/orders/${placed.id}/confirm`, 'POST', {}, { ...ada, traceparent })
    main.process.kill('SIGTERM')
    await main.ended
    const told = main.lines().filter(({ trace_id }) => trace_id === 'a'.repeat(32))

    expect(paid.status).toBe(503)
    expect(told.map(({ msg }) => msg)).toContain('attempt failed, trying again')
    expect(told.map(({ msg }) => msg)).toContain('statement ended')
    expect(told.at(-1)).toMatchObject({ msg: 'request', level: 50, 'error.type': '503' })
    const id = paid.headers.get('x-correlation-id')
    expect(new Set(told.map(({ correlationId }) => correlationId))).toEqual(new Set([id]))
    const times = told.map(({ time }) => time as number)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    // Of those that went well there is one each.
    const placing = main.lines().filter(({ 'http.route': route }) => route === '/orders')
    expect(placing).toMatchObject([{ msg: 'request', trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) }])
    expect(main.lines().filter(({ level }) => level === 20)).toHaveLength(
      told.filter(({ level }) => level === 20).length,
    )
  })

  test('has no traces where it shall have none', async () => {
    const main = run({ OTEL_SDK_DISABLED: 'true' })
    await fetch(`${await main.url()}/items/MUG`)
    main.process.kill('SIGTERM')
    expect(await main.ended).toBe(0)

    expect(main.lines().filter(({ msg }) => msg === 'request')).toMatchObject([
      { 'http.route': '/items/:sku' },
    ])
    expect(main.lines().some((line) => 'trace_id' in line)).toBe(false)
  })

  test('loses nobody who knocks while it stops', async () => {
    const main = run({})
    const url = await main.url()
    const codes: unknown[] = []
    const knock = async () => {
      for (;;) {
        const failure = await fetch(`${url}/items/MUG`, { headers: { connection: 'close' } }).then(
          async (answer) => void (await answer.arrayBuffer()),
          ({ cause }) => cause.code,
        )
        if (failure !== undefined) return codes.push(failure)
      }
    }
    const knocking = Array.from({ length: 16 }, knock)
    await expect.poll(() => main.lines().length).toBeGreaterThan(100)
    main.process.kill('SIGTERM')
    await Promise.all(knocking)

    // Who knocks in the very moment in which the door closes may be reset all the same.
    expect(codes.filter((code) => code === 'ECONNREFUSED').length).toBeGreaterThan(13)
    expect(codes.every((code) => code === 'ECONNREFUSED' || code === 'ECONNRESET')).toBe(true)
    expect(await main.ended).toBe(0)
  })
})
