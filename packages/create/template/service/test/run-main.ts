import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

/** Nothing of it can be had, whatever the service is made of; what may be away is away. */
const AWAY = {
  HOST: '192.0.2.1',
  DATABASE_URL: 'postgres://127.0.0.1:1/x',
  DATA_DIR: import.meta.filename,
  REDIS_URL: 'redis://127.0.0.1:1',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'notes',
  AUTH_JWKS_URL: 'http://issuer.example/jwks.json',
  OPS_PORT: '0',
}

/** Runs the service in a process of its own, to its end: what it says of it, and its exit code. */
export async function runMain(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: `${import.meta.dirname}/..`,
    env: { ...process.env, ...AWAY, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { said, code }
}
