import { type Clock, systemClock } from '@base/core/clock'
import { loadConfig } from '@base/core/config'
import type { Auth } from '../src/auth/auth.ts'
import { Config } from '../src/config.ts'
import { createService } from '../src/service.ts'

/** An answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

/** A running service on a free port, with a database in memory, and a client for it. */
export interface TestService {
  readonly url: string
  readonly auth: Auth
  get(path: string): Promise<Answer>
  /** Sends the body as JSON, signed in as ada, or whoever is named. */
  send(method: string, path: string, body?: unknown, username?: string): Promise<Answer>
  /** An access token of somebody, without a sign-in. */
  tokenOf(username: string): Promise<string>
  /** Sends anything. */
  fetch(path: string, init?: RequestInit): Promise<Answer>
  stop(): Promise<void>
}

export async function startService(
  settings: Partial<Config> = {},
  clock: Clock = systemClock,
): Promise<TestService> {
  const env = { PORT: '0', DATA_DIR: 'memory://' }
  const config = { ...(await loadConfig(Config, { env, files: [] })), ...settings }
  const service = createService(config, [], clock)
  await service.lifecycle.start()
  const { url, auth } = service
  const tokenOf = async (sub: string) => (await auth.tokens.issueAccess({ sub, clientId: 'test' })).token
  const request = async (path: string, init: RequestInit = {}) => readAnswer(await fetch(url + path, init))
  return {
    url,
    auth,
    fetch: request,
    get: (path) => request(path),
    tokenOf,
    send: async (method, path, body, username = 'ada') =>
      request(path, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(username)}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    stop: () => service.lifecycle.stop(),
  }
}

/** What an order of ada needs to say beside its lines. */
export const forAda = { address: '12 St James Square, London' }

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}
