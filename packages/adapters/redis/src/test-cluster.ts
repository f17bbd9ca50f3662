import { askRedis, type PrivateServer, privateServer } from '@base-internal/tools/services'
import { Redis } from 'ioredis'

const MASTERS = 3
const SLOTS = 16_384

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
      return askRedis(url, ['CLUSTER', 'ADDSLOTSRANGE', ...range.map(String)])
    }),
  )
  for (const { url } of others) {
    // Every node takes the first one's password beside its own, for a client of a cluster has one.
    await askRedis(url, ['ACL', 'SETUSER', 'default', `>${new URL(first?.url ?? '').password}`])
    await askRedis(first?.url ?? '', ['CLUSTER', 'MEET', '127.0.0.1', new URL(url).port])
  }
  const urls = nodes.map(({ url }) => url)
  await Promise.all(urls.map(untilItStands))
  return {
    nodes,
    urls,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
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
