import { type Clock, systemClock } from '@base/core/clock'
import { loadConfig } from '@base/core/config'
import { type MemoryLogger, memoryLogger } from '@base/observability/testing'
import type { Auth } from '../src/auth/auth.ts'
import { Config } from '../src/config.ts'
import type { Mail } from '../src/mail/mail.ts'
import { createService } from '../src/service.ts'

/** An answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

/** A running service on a free port, with a database in memory, and a client for it. */
export interface TestService extends AsyncDisposable {
  readonly url: string
  /** Where it tells how it is. */
  readonly operationsUrl: string
  readonly auth: Auth
  /** What it has written. */
  readonly log: MemoryLogger
  /** The letters that it has sent. */
  readonly outbox: readonly Mail[]
  /** Reads, as an admin. */
  get(path: string): Promise<Answer>
  /** Sends the body as JSON, signed in as ada, or whoever is named; what is the shop's own side as an admin. */
  send(method: string, path: string, body?: unknown, username?: string): Promise<Answer>
  /** An access token of somebody, without a sign-in. */
  tokenOf(username: string): Promise<string>
  /** Sends anything. */
  fetch(path: string, init?: RequestInit): Promise<Answer>
  stop(): Promise<void>
}

/** Who has the goods. */
export const ADMIN = 'charles'
const NEEDS_SIGN_IN = /^\/(?:orders|customers)/
const OWN_SIDE = /^\/(?:items|customers|jobs)|\/(?:process|ship|deliver)$/

export async function startService(
  settings: Partial<Config> = {},
  clock: Clock = systemClock,
): Promise<TestService> {
  const env = { PORT: '0', OPS_PORT: '0', DATA_DIR: 'memory://' }
  const config = { ...(await loadConfig(Config, { env, files: [] })), ...settings }
  const outbox: Mail[] = []
  const sendMail = async (mail: Mail) => void outbox.push(mail)
  const log = memoryLogger({ level: 'info', buffer: {} })
  const telemetry = { logger: log.logger, tracing: { close: async () => {} } }
  const service = createService(config, { telemetry, signals: [], clock, sendMail })
  await service.lifecycle.start()
  const { url, operationsUrl, auth } = service
  const tokenOf = async (sub: string) => {
    const role = sub === ADMIN ? 'admin' : 'customer'
    return (await auth.tokens.issueAccess({ sub, clientId: 'test', roles: [role] })).token
  }
  const request = async (path: string, init: RequestInit = {}) => readAnswer(await fetch(url + path, init))
  const as = async (username: string) => ({ authorization: `Bearer ${await tokenOf(username)}` })
  return {
    url,
    operationsUrl,
    auth,
    log,
    outbox,
    fetch: request,
    get: async (path) => request(path, NEEDS_SIGN_IN.test(path) ? { headers: await as(ADMIN) } : {}),
    tokenOf,
    send: async (method, path, body, username = OWN_SIDE.test(path) ? ADMIN : 'ada') =>
      request(path, {
        method,
        headers: { 'content-type': 'application/json', ...(await as(username)) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    stop: () => service.lifecycle.stop(),
    [Symbol.asyncDispose]: () => service.lifecycle.stop(),
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
