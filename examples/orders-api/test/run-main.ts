import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { LogLine } from '@base/observability/testing'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** The service in a process of its own, as `start` runs it. */
export interface MainProcess {
  readonly process: ChildProcess
  /** What it has written to stdout. */
  output(): string
  /** The lines of its log. */
  lines(): readonly LogLine[]
  /** What it has written to stderr. */
  errors(): string
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>
  /** Resolves with its URL, once it has printed it. */
  readonly started: Promise<string>
}

/** @param detached whether it leads a process group of its own, as in a terminal: a signal to `-pid` is Ctrl-C. */
export function runMain(env: Readonly<Record<string, string>>, detached = false): MainProcess {
  const child = spawn(process.execPath, [MAIN], {
    // Where no .env of the reader's machine is.
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', OPS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  let [output, errors] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const started = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      const [, url] = /^orders-api answers at (http:\/\/[\d.]+:\d+)[\s\S]*\n\n$/m.exec(output) ?? []
      if (url !== undefined) resolve(url)
    })
    void ended.then((code) => reject(new Error(`It ended with ${code} before it had started: ${errors}`)))
  })
  // Whoever only waits for the end does not ask for this one.
  started.catch(() => {})
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
  return { process: child, output: () => output, lines, errors: () => errors, ended, started }
}

/** Signs in as ada, who is a customer, or as charles, who is an admin. */
export async function signIn(
  url: string,
  username: 'ada' | 'charles' = 'ada',
): Promise<{ readonly authorization: string }> {
  const body = JSON.stringify({ username, password: KNOWN_PASSWORD })
  const headers = { 'content-type': 'application/json' }
  const { accessToken } = (await (
    await fetch(`${url}/auth/sign-in`, { method: 'POST', headers, body })
  ).json()) as { accessToken: string }
  return { authorization: `Bearer ${accessToken}` }
}
