import { askRedis, type PrivateServer, privateServer } from '@base-internal/tools/services'
import { Redis } from 'ioredis'

const MASTERS = 3
const SLOTS = 16_384
/** Beside the one that each server has alone: clients of a cluster know one for all nodes. */
const PASSWORD = 'of-the-cluster'

/** Three masters on loopback, which share the slots among them. */
export interface TestCluster extends AsyncDisposable {
  readonly nodes: readonly PrivateServer[]
  /** Their addresses, password included. */
  readonly urls: readonly string[]
}

/** Starts three servers and joins them. Resolves once each of them says that the cluster stands. */
export async function testCluster(): Promise<TestCluster> {
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '2000',
    'cluster-announce-ip': '127.0.0.1',
  }
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

/** The URL of a node for clients, whose password it has to learn after each start. */
export async function withPassword(url: string): Promise<string> {
  await askRedis(url, ['ACL', 'SETUSER', 'default', `>${PASSWORD}`])
  return Object.assign(new URL(url), { password: PASSWORD }).href
}

/** The nodes tell each other in their own time. */
async function untilItStands(url: string): Promise<void> {
  const client = new Redis(url)
  try {
    for (;;) {
      const facts = await client.cluster('INFO')
      if (/cluster_state:ok/.test(facts) && facts.includes(`cluster_size:${MASTERS}`)) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  } finally {
    client.disconnect()
  }
}
