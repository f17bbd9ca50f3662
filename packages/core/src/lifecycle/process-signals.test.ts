import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type StdioOptions,
  spawn,
} from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'

const built = new URL('../../dist/lifecycle/index.js', import.meta.url).href
const testing = new URL('../../dist/testing/index.js', import.meta.url).href
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs a service in a process of its own until it says that it is up. */
async function serve(parts: string, options = '', stdio: StdioOptions = 'pipe') {
  const script = `
    import { createLifecycle } from ${JSON.stringify(built)}
    const alive = setInterval(() => {}, 1000)
    const lifecycle = createLifecycle({ ${options} })${parts}
    await lifecycle.start()
    console.log('up')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio,
  }) as ChildProcessWithoutNullStreams
  children.push(child)
  const lines: string[] = []
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  while (!lines.includes('up')) await once(reader, 'line')
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, lines, errors }))
  return { child, reader, ended }
}

const graceful = `.add({ name: 'http', stop: async () => { clearInterval(alive); console.log('stopped') } })`
const hanging = `.add({ name: 'http', stop: () => { console.log('stopping'); return new Promise(() => {}) } })`

describe('a service that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s stops its parts, and the process ends by itself',
    async (signal) => {
      const { child, ended } = await serve(graceful)
      child.kill(signal)

      expect(await ended).toMatchObject({ code: 0, signal: null, lines: ['up', 'stopped'], errors: '' })
    },
  )

  test('and is kept alive by something else, says by what', async () => {
    const { child } = await serve(
      `.add({ name: 'http', stop: () => void setImmediate(() => clock.advance('5s')) })`,
      `clock: (globalThis.clock = new (await import(${JSON.stringify(testing)})).TestClock())`,
    )
    const said = once(child.stderr, 'data')
    child.kill('SIGTERM')

    expect(String(await said)).toMatch(
      /^The service has stopped, and the process still runs 5s later\. Active: .*\bTimeout\b.*\.\n$/,
    )
  })

  test('as a worker of node:cluster ends by itself, once its channel is closed in the first part', async () => {
    const worker = `
      import cluster from 'node:cluster'
      import { once } from 'node:events'
      import { createServer } from 'node:http'
      import { createLifecycle } from ${JSON.stringify(built)}
      if (cluster.isPrimary) {
        cluster.on('exit', ({ exitedAfterDisconnect }, code, signal) => console.log({ exitedAfterDisconnect, code, signal }))
        cluster.fork().on('message', () => cluster.workers[1].process.kill('SIGTERM'))
      } else {
        const server = createServer()
        await createLifecycle()
          .add({ name: 'channel', stop: () => cluster.worker?.disconnect() })
          .add({ name: 'http', start: () => once(server.listen(0), 'listening'), stop: () => new Promise((done) => server.close(done)) })
          .start()
        process.send('up')
      }`
    const folder = await mkdtemp(join(tmpdir(), 'cluster-'))
    const file = join(folder, 'service.mjs')
    await writeFile(file, worker)
    const primary = spawn(process.execPath, [file])
    children.push(primary)
    let said = ''
    primary.stdout.on('data', (chunk) => {
      said += chunk
    })
    await once(primary, 'close')
    await rm(folder, { recursive: true })

    expect(said).toBe('{ exitedAfterDisconnect: true, code: 0, signal: null }\n')
  })

  test('and is kept alive by the channel to its parent, names it', async () => {
    const { child } = await serve(
      `.add({ name: 'http', stop: () => void setImmediate(() => clock.advance('5s')) })
      process.on('message', () => {})`,
      `clock: (globalThis.clock = new (await import(${JSON.stringify(testing)})).TestClock())`,
      ['pipe', 'pipe', 'pipe', 'ipc'],
    )
    const said = once(child.stderr, 'data')
    child.kill('SIGTERM')

    expect(String(await said)).toMatch(/Active: .*\bPipeWrap, .*\bIPC channel\.\n$/)
  })

  test('twice ends at once', async () => {
    const { child, reader, ended } = await serve(hanging)
    child.kill('SIGTERM')
    await once(reader, 'line')
    child.kill('SIGINT')

    expect(await ended).toMatchObject({ code: 130, lines: ['up', 'stopping'] })
  })

  test('and hangs is ended at the deadline, with a report', async () => {
    const { child, ended } = await serve(hanging, `shutdownTimeout: '50ms'`)
    child.kill('SIGTERM')

    expect(await ended).toMatchObject({
      code: 1,
      errors: "TimeoutError: The service did not stop within 50ms: 'http' hangs.\n",
    })
  })

  test('and does not, says of which part and why', async () => {
    const { child, ended } = await serve(`
      .add({ name: 'db', stop: () => { throw new Error('a query hangs') } })
      .add({ name: 'http', stop: () => Promise.reject(new RangeError('port')) })`)
    child.kill('SIGTERM')

    expect(await ended).toMatchObject({
      code: 1,
      errors: 'AggregateError: Stopping failed for: http, db.\n  RangeError: port\n  Error: a query hangs\n',
    })
  })

  test('and does not, says nothing of a password in a URL', async () => {
    const { child, ended } = await serve(
      `.add({ name: 'db', stop: () => { throw new Error('no end of postgres://orders:t0psecret@db/orders') } })`,
    )
    child.kill('SIGTERM')

    expect((await ended).errors).toContain('  Error: no end of postgres://orders:[secret]@db/orders\n')
  })

  test('by a signal that it does not listen to ends as the system would', async () => {
    const { child, ended } = await serve(graceful, `signals: []`)
    child.kill('SIGTERM')

    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM', lines: ['up'] })
  })
})
