import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePorts } from '../services/ports.ts'
import { Child } from './child.ts'
import type { Question, Usage } from './probe.ts'
import { ROOT, type Shop } from './shops.ts'

/** How long it may take until it is ready, and how often it is asked, in milliseconds. */
const START_LIMIT = 60_000
const LOOK = 5

/** The password of `ada` and `charles`. */
export const PASSWORD = 'a password for one run'

/** What a service stands on. */
export interface Ground {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly paymentUrl: string
}

/** A service that runs in a process of its own, as in production: its log is thrown away. */
export interface ShopProcess extends AsyncDisposable {
  readonly url: string
  /** Where it tells how it is. */
  readonly operationsUrl: string
  /** From the start of the process to the first 200 of `/health/ready`, in milliseconds. */
  readonly startTime: number
  usage(question?: Question): Promise<Usage>
  /** Tells it to stop. @returns its exit code. */
  stop(): Promise<number | null>
}

/**
 * Starts a service and waits until it is ready.
 *
 * @throws Error with what it says where it ends before, or takes more than a minute.
 */
export async function startShop(
  { name, folder }: Shop,
  ground: Ground,
  settings: Readonly<Record<string, string>> = {},
): Promise<ShopProcess> {
  const [port, opsPort] = (await freePorts(2)) as [number, number]
  const url = `http://127.0.0.1:${port}`
  const begin = performance.now()
  const flags = ['--expose-gc', '--import', join(import.meta.dirname, 'probe.ts')]
  const child = new Child(join(ROOT, folder, 'src', 'main.ts'), flags, {
    // Where no .env is.
    cwd: tmpdir(),
    env: { ...environment(ground, port, opsPort), ...settings },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  await ready(url, child, name)
  return {
    url,
    operationsUrl: `http://127.0.0.1:${opsPort}`,
    startTime: performance.now() - begin,
    usage: async (question = 'now') => {
      const answer = once(child.process, 'message')
      child.process.send(question)
      return (await answer)[0] as Usage
    },
    stop: () => child.stop(),
    [Symbol.asyncDispose]: async () => void (await child.stop()),
  }
}

function environment({ databaseUrl, redisUrl, paymentUrl }: Ground, port: number, opsPort: number) {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    PORT: String(port),
    OPS_PORT: String(opsPort),
    ISSUER: 'https://shop.example.com',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PAYMENT_URL: paymentUrl,
    DEMO_PASSWORD: PASSWORD,
    FIELD_KEYS: `run:${Buffer.alloc(32, 7).toString('base64url')}`,
  }
}

async function ready(url: string, child: Child, name: string): Promise<void> {
  const end = performance.now() + START_LIMIT
  while (performance.now() < end && child.isRunning) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.status === 200) return
    await setTimeout(LOOK)
  }
  await child.stop()
  throw new Error(`${name} did not start: ${child.errors}`)
}
