import { afterAll, beforeAll } from 'vitest'
import { describeUnless } from './describe-unless.ts'
import type { PrivateKind, ServerOptions, ServiceKind } from './kinds.ts'
import { missing, missingOwn } from './missing.ts'
import { type PrivateServer, privateServer } from './private-server.ts'
import { type Services, services } from './services.ts'

const START_TIMEOUT = 120_000
const CLOSE_TIMEOUT = 60_000

/**
 * A `describe` whose tests have a fresh part of a real server: a database in PostgreSQL, a key space in Redis, a
 * virtual host in RabbitMQ. It is opened before the tests and given back after them, and after the hooks of `body`;
 * whoever leaves a connection to the database open is told so.
 *
 * Without a server the tests are skipped, and the report says why; with `CI=true` they fail.
 *
 * @example
 * describeWithService('postgres', (postgres) => {
 *   test('answers', async () => {
 *     const client = new pg.Client(postgres.url)
 *   })
 * })
 */
export function describeWithService<Kind extends ServiceKind>(
  kind: Kind,
  body: (service: Services[Kind]) => void,
): void {
  describeWith(`with ${kind}`, missing(kind), () => services[kind](), body)
}

/**
 * A `describe` whose tests have a server of their own, which they may stop, kill and restart. One for all of them: a
 * test that leaves it stopped spoils the next.
 *
 * Skipped, or failed, as in {@link describeWithService}; a URL in the environment is not used.
 *
 * @example
 * describeWithPrivateService('redis', {}, (redis) => {
 *   test('survives a restart', async () => {
 *     await redis.restart()
 *   })
 * })
 */
export function describeWithPrivateService(
  kind: PrivateKind,
  options: ServerOptions,
  body: (server: PrivateServer) => void,
): void {
  describeWith(`with ${kind} of its own`, missingOwn(kind), () => privateServer(kind, options), body)
}

function describeWith<Service extends AsyncDisposable>(
  title: string,
  lack: string | undefined,
  open: () => Promise<Service>,
  body: (service: Service) => void,
): void {
  describeUnless(lack, title, () => {
    let service: Service | undefined
    // Not where the tests are skipped.
    beforeAll(async () => {
      service = await open()
    }, START_TIMEOUT)
    afterAll(async () => {
      await service?.[Symbol.asyncDispose]()
    }, CLOSE_TIMEOUT)
    body(later(() => service))
  })
}

/** Stands for what exists only once the tests run. */
function later<Service extends object>(service: () => Service | undefined): Service {
  const reach = () => {
    const there = service()
    if (there === undefined)
      throw new Error('The server is there in tests and hooks, not while they are collected.')
    return there
  }
  return new Proxy({} as Service, {
    get: (_, name) => Reflect.get(reach(), name),
    has: (_, name) => Reflect.has(reach(), name),
  })
}
