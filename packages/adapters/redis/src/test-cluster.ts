import { askRedis, type PrivateServer, privateServer } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { REPLICATION } from './test-failover.js'

const MASTERS = 3
const SLOTS = 16_384
const patience = { timeout: 60_000, interval: 25 }
/** Beside those that each server has alone: clients of a cluster know one for all nodes. */
const USER = { name: 'of-the-cluster', password: 'known-to-all' }
const SETTINGS = {
  user: `${USER.name} on >${USER.password} ~* &* +@all`,
  masteruser: USER.name,
  masterauth: USER.password,
  ...REPLICATION,
  'cluster-enabled': 'yes',
  'cluster-node-timeout': '2000',
  'cluster-announce-ip': '127.0.0.1',
  // A replica that a busy machine has kept from its master for long may be chosen all the same.
  'cluster-replica-validity-factor': '0',
}

/** Three masters on loopback, which share the slots among them. */
export interface TestCluster extends AsyncDisposable {
  readonly nodes: readonly PrivateServer[]
  /** Their addresses, password included. */
  readonly urls: readonly string[]
}

/** Starts three servers and joins them. Resolves once each of them says that the cluster stands. */
export async function testCluster(): Promise<TestCluster> {
  const nodes = await Promise.all(
    Array.from({ length: MASTERS }, () => privateServer('redis', { settings: SETTINGS })),
  )
  const [first, ...others] = nodes
  const share = Math.ceil(SLOTS / MASTERS)
  await Promise.all(
    nodes.map(({ url }, index) => {
      const range = [index * share, Math.min(SLOTS, (index + 1) * share) - 1]
      // Nodes of one epoch settle later whose slots are whose, and then one may drop what was moved to it.
      return askRedis(
        url,
        ['CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`],
        ['CLUSTER', 'ADDSLOTSRANGE', ...range.map(String)],
      )
    }),
  )
  for (const { url } of others)
    await askRedis(first?.url ?? '', ['CLUSTER', 'MEET', '127.0.0.1', new URL(url).port])
  const urls = nodes.map(({ url }) => asUser(url))
  await Promise.all(urls.map(untilItStands))
  return {
    nodes,
    urls,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}

/** A cluster for the tests of a suite, there from the first of them on. */
export function clusterOfTests(): () => TestCluster {
  let cluster: TestCluster | undefined
  beforeAll(async () => {
    cluster = await testCluster()
  }, 60_000)
  afterAll(() => cluster?.[Symbol.asyncDispose]())
  return () => cluster as TestCluster
}

/** The URL of a node for clients. */
function asUser(url: string): string {
  return Object.assign(new URL(url), { username: USER.name, password: USER.password }).href
}

/** A node of a cluster, and one that follows it. */
export interface TestPair extends AsyncDisposable {
  /** Resolves once the one that follows has all that was written. */
  sync(): Promise<void>
  /** Kills the master; the other one does not take its place before it may. */
  kill(): Promise<void>
  /** Lets the other one take its place; resolves once it has, and all nodes know it. */
  promote(): Promise<void>
  /** Starts the one that was killed; it follows the other one from now on. */
  restore(): Promise<void>
  /** The one that follows hears of nothing more. */
  part(): Promise<void>
  /** Lets it take the place of the master, which runs on and follows it from now on, with whatever it has. */
  swap(): Promise<void>
}

/** Gives the first node of a cluster one that follows it. */
export async function testPair({ nodes, urls }: TestCluster): Promise<TestPair> {
  const added = await privateServer('redis', { settings: SETTINGS })
  let [master, other] = [nodes[0] as PrivateServer, added]
  const role = ({ url }: PrivateServer) => asking(url, (client) => client.info('replication'))
  const isFollowed = () => until(() => role(other), /role:slave[\s\S]*master_link_status:up/)
  const id = await asking(master.url, (client) => client.cluster('MYID'))
  await askRedis(other.url, ['CLUSTER', 'MEET', '127.0.0.1', new URL(master.url).port])
  // It must have met the master.
  await until(() => asking(other.url, (client) => client.cluster('REPLICATE', id)).catch(String), /OK/)
  await isFollowed()
  // Who has not heard of it gives it no vote.
  await Promise.all(urls.map((url) => until(() => nodesSeenBy(url), new RegExp(`slave ${id}`))))
  return {
    sync: async () => {
      const told = Number(/master_repl_offset:(\d+)/.exec(await role(master))?.[1])
      const isBehind = async () => Number(/slave_repl_offset:(\d+)/.exec(await role(other))?.[1]) < told
      await until(async () => `${await isBehind()}`, /false/)
    },
    kill: async () => {
      await askRedis(other.url, ['CONFIG', 'SET', 'cluster-replica-no-failover', 'yes'])
      await master.kill()
      ;[master, other] = [other, master]
    },
    promote: async () => {
      await askRedis(master.url, ['CONFIG', 'SET', 'cluster-replica-no-failover', 'no'])
      await until(() => role(master), /role:master/)
      const standing = [master.url, ...urls.slice(1)]
      await Promise.all(standing.map(untilItStands))
    },
    restore: async () => {
      await other.start()
      await isFollowed()
    },
    part: async () => {
      await askRedis(other.url, ['CONFIG', 'SET', 'masterauth', 'nobody knows'])
      await askRedis(master.url, ['CLIENT', 'KILL', 'TYPE', 'replica'])
      await until(() => role(other), /master_link_status:down/)
    },
    swap: async () => {
      await askRedis(
        other.url,
        ['CONFIG', 'SET', 'masterauth', USER.password],
        ['CLUSTER', 'FAILOVER', 'TAKEOVER'],
      )
      ;[master, other] = [other, master]
      await isFollowed()
    },
    [Symbol.asyncDispose]: () => added.close(),
  }
}

/** What a node says of all nodes, a line each. */
export function nodesSeenBy(url: string): Promise<string> {
  return asking(url, (client) => client.cluster('NODES')).then(String)
}

async function asking<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url)
  client.on('error', () => undefined)
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}

/** The nodes tell each other in their own time. */
async function untilItStands(url: string): Promise<void> {
  const facts = () => asking(url, (client) => client.cluster('INFO')).then(String)
  await until(facts, /cluster_state:ok[\s\S]*cluster_size:3\b/)
}

/** Until it says so. */
async function until(ask: () => Promise<string>, what: RegExp): Promise<void> {
  await vi.waitFor(async () => expect(await ask()).toMatch(what), patience)
}
