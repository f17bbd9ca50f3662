import { Redis } from 'ioredis'

/** Moves a key's slot with all that lies in it from its node of a cluster to another, while clients go on. */
export async function moveSlotOf(key: string, urls: readonly string[]): Promise<void> {
  const nodes = urls.map((url) => new Redis(url))
  try {
    const slot = await (nodes[0] as Redis).cluster('KEYSLOT', key)
    const held = await Promise.all(nodes.map((node) => holds(node, slot)))
    const from = nodes[held.indexOf(true)] as Redis
    const to = nodes[held.indexOf(false)] as Redis
    const [fromId, toId] = [await from.cluster('MYID'), await to.cluster('MYID')]
    await to.cluster('SETSLOT', slot, 'IMPORTING', fromId)
    await from.cluster('SETSLOT', slot, 'MIGRATING', toId)
    const keys = await from.cluster('GETKEYSINSLOT', slot, 1_000)
    const { host = '', port = 0, password = '' } = to.options
    if (keys.length > 0)
      await from.call('MIGRATE', host, port, '', 0, 5_000, 'AUTH', password ?? '', 'KEYS', ...keys)
    for (const node of [to, from, ...nodes]) await node.cluster('SETSLOT', slot, 'NODE', toId)
  } finally {
    for (const node of nodes) node.disconnect()
  }
}

/** Whether the slot is one of this node's own. */
async function holds(node: Redis, slot: number): Promise<boolean> {
  const id = await node.cluster('MYID')
  const ranges = await node.cluster('SLOTS')
  return ranges.some(([first, last, owner]) => owner?.[2] === id && first <= slot && slot <= last)
}
