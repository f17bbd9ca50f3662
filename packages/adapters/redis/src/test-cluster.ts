import { askRedis, type PrivateServer, privateServer } from '@base-internal/tools/services'
import { Redis } from 'ioredis'

const MASTERS = 3
const SLOTS = 16_384
/** Beside the one that each server has alone: clients of a cluster know one for all nodes. */
const PASSWORD = 'of-the-cluster'

const settings = {
  'cluster-enabled': 'yes',
  'cluster-node-timeout': '2000',
  'cluster-announce-ip': '127.0.0.1',
  'repl-diskless-sync-delay': '0',
}

/** Three masters on loopback, which share the slots among them. */
export interface TestCluster extends AsyncDisposable {
  readonly nodes: readonly PrivateServer[]
  /** Their addresses, password included. */
  readonly urls: readonly string[]
}

/** Starts three servers and joins them. Resolves once each of them says that the cluster stands. */
export async function testCluster(): Promise<TestCluster> {
  const nodes = await Promise.all(Array.from({ length: MASTERS }, () => privateServer('redis', { settings })))
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
  const urls = await Promise.all(nodes.map(({ url }) => withPassword(url)))
  await Promise.all(urls.map(untilItStands))
  return {
    nodes,
    urls,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}

/** A master of a cluster, and the node that follows it: to be promoted once the master is gone. */
export interface TestPair extends AsyncDisposable {
  /** Kills the master, and waits until the cluster stands with the other one, which is the master then. */
  fail(): Promise<void>
  /** Lets the one that was killed come back, to follow. Resolves once it has all. */
  restore(): Promise<void>
  /** Resolves once the one that follows has all that the master has been told. */
  sync(): Promise<void>
}

/** Gives the first node of a cluster one that follows it. */
export async function testPair({ nodes, urls }: TestCluster): Promise<TestPair> {
  const added = await privateServer('redis', { settings })
  let [master, other] = [nodes[0] as PrivateServer, added]
  /** What a server forgets that was killed. */
  const admit = async (server: PrivateServer) => {
    await askRedis(server.url, ['CONFIG', 'SET', 'masterauth', PASSWORD])
    await withPassword(server.url)
  }
  const role = ({ url }: PrivateServer) => asking(url, (client) => client.info('replication'))
  const followed = () => until(async () => /role:slave[\s\S]*master_link_status:up/.test(await role(other)))
  for (const server of [master, other]) await admit(server)
  const id = await asking(master.url, (client) => client.cluster('MYID'))
  await askRedis(other.url, ['CLUSTER', 'MEET', '127.0.0.1', new URL(master.url).port])
  const replicate = () => asking(other.url, (client) => client.cluster('REPLICATE', id))
  // It must have met the master.
  await until(() =>
    replicate().then(
      () => true,
      () => false,
    ),
  )
  await followed()
  return {
    fail: async () => {
      await master.kill()
      ;[master, other] = [other, master]
      await until(async () => (await role(master)).includes('role:master'))
      await Promise.all(
        [withPassword(master.url), ...urls.slice(1)].map(async (url) => untilItStands(await url)),
      )
    },
    restore: async () => {
      await other.start()
      await admit(other)
      await followed()
    },
    sync: async () => {
      await until(async () => {
        const [told, heard] = await Promise.all([role(master), role(other)])
        return /master_repl_offset:(\d+)/.exec(told)?.[1] === /slave_repl_offset:(\d+)/.exec(heard)?.[1]
      })
    },
    [Symbol.asyncDispose]: () => added.close(),
  }
}

/** The URL of a node for clients, whose password it has to learn after each start. */
export async function withPassword(url: string): Promise<string> {
  await askRedis(url, ['ACL', 'SETUSER', 'default', `>${PASSWORD}`])
  return Object.assign(new URL(url), { password: PASSWORD }).href
}

/** The nodes tell each other in their own time. */
async function untilItStands(url: string): Promise<void> {
  await until(async () => {
    const facts = String(await asking(url, (client) => client.cluster('INFO')))
    return /cluster_state:ok/.test(facts) && facts.includes(`cluster_size:${MASTERS}`)
  })
}

async function asking<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url)
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 25))
}
