import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describeUnless } from '@base-internal/tools/services'
import pg from 'pg'

const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']

/** It refuses to run as root. */
const NOBODY = 65_534

const START_TIMEOUT = 30_000

/** A PgBouncer in transaction mode, in front of one database. */
export interface PgBouncer extends AsyncDisposable {
  /** The database, by way of it. */
  readonly url: string
}

/** A `describe` for which PgBouncer is installed. Where it is not, its tests are skipped; with `CI=true` they fail. */
export function describeWithPgBouncer(title: string, body: () => void): void {
  describeUnless(program() === undefined ? 'no pgbouncer is installed' : undefined, title, body)
}

/** Starts one with two connections to the server. It ends with this process, however that ends. */
export async function startPgBouncer(serverUrl: string): Promise<PgBouncer> {
  const port = await freePort()
  const folder = mkdtempSync('/tmp/base-pgbouncer-')
  writeFileSync(join(folder, 'pgbouncer.ini'), configuration(new URL(serverUrl), port))
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const path of [folder, join(folder, 'pgbouncer.ini')]) chownSync(path, NOBODY, NOBODY)
  const account = isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []
  const args = ['--pdeathsig=KILL', ...account, program() as string, join(folder, 'pgbouncer.ini')]
  const child = spawn('setpriv', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const log = logOf(child)
  const url = `postgres://any@127.0.0.1:${port}/through`
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  await untilItAnswers(url, child, log).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return { url, [Symbol.asyncDispose]: close }
}

function program(): string | undefined {
  return FOLDERS.map((folder) => join(folder, 'pgbouncer')).find(existsSync)
}

function configuration({ hostname, port, username, password, pathname }: URL, own: number): string {
  const server = `host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username} password=${password}`
  return `[databases]
through = ${server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`
}

function logOf(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.on('data', (data) => {
    text += data
  })
  return () => text
}

async function untilItAnswers(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    const answers = await client.connect().then(
      () => client.end().then(() => true),
      () => false,
    )
    if (answers) return
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`PgBouncer did not start: ${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address === 'string' || address === null) throw new Error('No port.')
  return address.port
}
