import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Entry } from '../src/gateway/ledger.ts'
import type { Mode } from '../src/gateway/mode.ts'

const MAIN = fileURLToPath(new URL('../src/gateway/main.ts', import.meta.url))

/** A payment gateway in a process of its own, to be broken by a test. */
export interface TestGateway {
  readonly url: string
  behave(mode: Mode['mode'], delay?: number): Promise<void>
  /** What it has received, and how much of it waits for an answer. */
  state(): Promise<{ received: number; waiting: number }>
  books(): Promise<readonly Entry[]>
  kill(): Promise<void>
}

/** Starts one; at a port that was used before it takes the place of the one that was killed. */
export async function runGateway({ port = '0', ledger = '' } = {}): Promise<TestGateway> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], GATEWAY_PORT: port, ...(ledger !== '' && { LEDGER: ledger }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const [line] = await once(child.stdout, 'data')
  const url = /http:\/\/[\d.]+:\d+/.exec(String(line))?.[0] ?? ''
  return { url, ...gatewayAt(url), kill: () => kill() }

  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }
}

/** What can be asked of a gateway that runs. */
export function gatewayAt(url: string): Pick<TestGateway, 'behave' | 'state' | 'books'> {
  const get = async (path: string) => (await fetch(url + path)).json()
  return {
    state: async () => (await get('/control')) as Awaited<ReturnType<TestGateway['state']>>,
    books: async () => ((await get('/payments')) as { payments: Entry[] }).payments,
    behave: async (mode, delay = 0) => {
      await fetch(`${url}/control`, { method: 'PUT', body: JSON.stringify({ mode, delay }) })
    },
  }
}
