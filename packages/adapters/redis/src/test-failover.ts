import { askRedis, lineTo, privateServer } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { expect } from 'vitest'

/** Beside the one that each server has alone: whoever is led to the other one goes on with it. */
const PASSWORD = 'of-the-pair'
/** A replica need not wait for others that may come. */
export const REPLICATION: Readonly<Record<string, string>> = { 'repl-diskless-sync-delay': '0' }

const patience = { timeout: 60_000 }

/** A master and its replica, and a line on which clients reach the master; the steps of a failover, in their order. */
export interface TestFailover extends AsyncDisposable {
  /** By way of the line. */
  readonly url: string
  /** Resolves once the replica has all that the master has been told. */
  sync(): Promise<void>
  /** The replica is a master now. The old one does not know: what it is told from here on is lost. */
  promote(): Promise<void>
  /** The old master follows the new one, and drops what it has: who is still led to it is refused writes. */
  demote(): Promise<void>
  /** The line leads to the new master. */
  lead(): void
}

/** Starts a server and one that follows it. */
export async function testFailover(): Promise<TestFailover> {
  const servers = await Promise.all([privateServer('redis', settings), privateServer('redis', settings)])
  const [first, second] = (await Promise.all(servers.map(({ url }) => withPassword(url)))) as [string, string]
  const line = await lineTo(first)
  await follow(second, first)
  return {
    url: line.url,
    sync: async () => {
      const acknowledged = () => askRedis(first, ['INCR', 'synchronised'], ['WAIT', '1', '4000'])
      await expect.poll(async () => (await acknowledged())[1], patience).toBe('1')
    },
    promote: async () => void (await askRedis(second, ['REPLICAOF', 'NO', 'ONE'])),
    demote: () => follow(first, second),
    lead: () => line.leadTo(second),
    [Symbol.asyncDispose]: async () => {
      await line[Symbol.asyncDispose]()
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

/** Makes a server a replica of another, and waits until it has its data. */
export async function follow(url: string, master: string): Promise<void> {
  const { hostname, port, password } = new URL(master)
  await askRedis(url, ['CONFIG', 'SET', 'masterauth', password], ['REPLICAOF', hostname, port])
  const admin = new Redis(url)
  try {
    await expect.poll(() => admin.info('replication'), patience).toContain('master_link_status:up')
  } finally {
    admin.disconnect()
  }
}

const settings = { settings: REPLICATION }

async function withPassword(url: string): Promise<string> {
  await askRedis(url, ['ACL', 'SETUSER', 'default', `>${PASSWORD}`])
  return Object.assign(new URL(url), { password: PASSWORD }).href
}
