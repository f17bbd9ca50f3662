import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWithService } from '@base-internal/tools/services'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type MainProcess, runMain, signIn } from './run-main.ts'

// The service starts in a process of its own, in some tests twice: most of a minute on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

let folder: string
const running: MainProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-main-'))
})
afterEach(async () => {
  for (const { process, ended } of running.splice(0)) {
    process.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true })
})

function start(env: Record<string, string>): MainProcess {
  const main = runMain(env)
  running.push(main)
  return main
}

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'])
    return true
  } catch {
    return false
  }
}

/** Runs a printed line as a shell would, and fails where curl or the service says no. */
const paste = (line: string) =>
  JSON.parse(execFileSync('sh', ['-c', line.replace('curl', 'curl -fsS')], { encoding: 'utf8' }))
const curlLines = (main: MainProcess) =>
  main
    .output()
    .split('\n')
    .filter((each) => each.startsWith('curl '))

/** Pastes what a start prints, stops it, and does so again. */
async function orderTwice(env: Record<string, string>): Promise<void> {
  for (const round of [1, 2]) {
    const main = start({ PORT: '0', ...env })
    await main.started
    const lines = curlLines(main)
    expect(lines).toHaveLength(3)
    const [item, order, orders] = lines.map(paste)

    expect(item).toMatchObject({ sku: 'MUG-BLUE', price: 1_290, stock: 100 })
    expect(order).toMatchObject({ customer: 'ada', number: round, total: 3_570 })
    expect(orders.items).toEqual([order])
    expect(orders.next === null).toBe(round === 1)
    main.process.kill('SIGTERM')
    expect(await main.ended).toBe(0)
    expect(main.errors()).toBe('')
  }
}

/** A PostgreSQL server that lets everybody in, and of which an administrator cancels each statement. */
async function cancelling(): Promise<Server> {
  const welcome = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1')
  const cancelled = Buffer.from(
    'E\0\0\0\x3cSERROR\0C57014\0Mcanceling statement due to user request\0\0Z\0\0\0\x05I',
    'latin1',
  )
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(welcome)
      socket.on('data', () => socket.write(cancelled))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

describe('start', () => {
  test.skipIf(!hasCurl())('prints three curl lines that work, also after a restart with its data', () =>
    orderTwice({ DATA_DIR: folder }),
  )

  describeWithService('postgres', (postgres) => {
    test.skipIf(!hasCurl())('keeps what it is told in the database that DATABASE_URL names', async () => {
      await orderTwice({ DATABASE_URL: postgres.url, DATA_DIR: folder })

      expect(existsSync(join(folder, 'postgres'))).toBe(false)
    })

    test('says what the server has against it', async () => {
      const { href } = Object.assign(new URL(postgres.url), { pathname: '/nowhere' })
      const main = start({ PORT: '0', DATABASE_URL: href, DATA_DIR: folder })

      expect(await main.ended).toBe(1)
      expect(main.errors()).toContain('database "nowhere" does not exist')
    })
  })

  test('says that its port is taken, and does not touch the data', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const main = start({ PORT: String(port), DATA_DIR: join(folder, 'untouched') })
    const code = await main.ended
    other.close()

    expect(code).toBe(1)
    expect(main.errors()).toBe(
      `Port ${port} is taken: stop what listens there, or choose another with PORT.\n`,
    )
    expect(existsSync(join(folder, 'untouched'))).toBe(false)
  })

  test('says that its port of operations is taken, and leaves the data to the next start', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const main = start({ PORT: '0', OPS_PORT: String(port), DATA_DIR: folder })
    const code = await main.ended
    other.close()

    expect(code).toBe(1)
    expect(main.errors()).toBe(
      `Port ${port} is taken: stop what listens there, or choose another with OPS_PORT.\n`,
    )
    expect(existsSync(join(folder, 'service.pid'))).toBe(false)
  })

  test('says that the server of its database does not answer, and not its password', async () => {
    const main = start({
      PORT: '0',
      DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/shop',
      DATA_DIR: folder,
    })

    expect(await main.ended).toBe(1)
    expect(main.errors()).toBe('The database does not answer now.\n')
  })

  test('says that its database has cancelled the start', async () => {
    const database = await cancelling()
    const { port } = database.address() as AddressInfo
    const main = start({
      PORT: '0',
      DATABASE_URL: `postgres://shop@127.0.0.1:${port}/shop`,
      DATA_DIR: folder,
    })
    const code = await main.ended
    database.close()

    expect(code).toBe(1)
    expect(main.errors()).toBe('The statement was cancelled.\n')
  })

  test('refuses a port that is none', async () => {
    const main = start({ PORT: 'eighty', DATA_DIR: folder })

    expect(await main.ended).toBe(1)
    expect(main.errors()).toBe(
      'The configuration is not valid:\n  PORT: must be a whole number from 0 to 65535\n',
    )
  })

  test('refuses the data folder of a running service, which goes on', async () => {
    const first = start({ PORT: '0', DATA_DIR: folder })
    const url = await first.started
    const second = start({ PORT: '0', DATA_DIR: folder })

    expect(await second.ended).toBe(1)
    expect(second.errors()).toContain(`is in use by process ${first.process.pid}`)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  })

  test('takes over the data of a service that was killed', async () => {
    const first = start({ PORT: '0', DATA_DIR: folder })
    const url = await first.started
    const headers = { 'content-type': 'application/json', ...(await signIn(url, 'charles')) }
    const body = JSON.stringify({ name: 'Kept', price: 100, stock: 1 })
    await fetch(`${url}/items/KEPT`, { method: 'PUT', headers, body })
    first.process.kill('SIGKILL')
    await first.ended

    const second = start({ PORT: '0', DATA_DIR: folder })
    expect((await fetch(`${await second.started}/items/KEPT`)).status).toBe(200)
  })

  test('is ended quietly by a signal that comes while it starts', async () => {
    const main = start({ PORT: '0', DATA_DIR: folder })
    const claim = join(folder, 'service.pid')
    while (!existsSync(claim)) await new Promise(setImmediate)
    main.process.kill('SIGTERM')

    expect(await main.ended).toBe(0)
    expect([main.output(), existsSync(claim)]).toEqual(['', false])
    expect(main.errors()).toBe('')
  })
})
