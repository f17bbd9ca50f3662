import { Redis } from 'ioredis'
import { expect } from 'vitest'

/** A slot on its way from one node of a cluster to another, step by step as `redis-cli --cluster reshard` takes them. */
export interface MovingSlot extends AsyncDisposable {
  /** Takes keys of the slot to the other node; all that are left where none is named. */
  carry(...keys: readonly string[]): Promise<void>
  /** Gives the slot, whose keys were all carried, to the other node. */
  finish(): Promise<void>
  /** How often the nodes have replied with an error, by its first word. */
  refusals(reply: string): Promise<number>
}

/** Moves a key's slot with all that lies in it from its node of a cluster to another, while clients go on. */
export async function moveSlotOf(key: string, urls: readonly string[]): Promise<void> {
  await using slot = await beginToMove(key, urls)
  await slot.carry()
  await slot.finish()
}

/**
 * Begins to move a key's slot.
 *
 * A node that takes a slot claims it by an epoch above all that it has heard of. Until the last move is known everywhere it
 * would take one that another has, or keep its own: the nodes then settle whose the slot is, and who loses it drops its keys.
 */
export async function beginToMove(key: string, urls: readonly string[]): Promise<MovingSlot> {
  const nodes = urls.map((url) => new Redis(url))
  await untilTheyAgree(nodes)
  const slot = await (nodes[0] as Redis).cluster('KEYSLOT', key)
  const held = await Promise.all(nodes.map((node) => holds(node, slot)))
  const from = nodes[held.indexOf(true)] as Redis
  const to = nodes[held.indexOf(false)] as Redis
  const [fromId, toId] = [await from.cluster('MYID'), await to.cluster('MYID')]
  await to.cluster('SETSLOT', slot, 'IMPORTING', fromId)
  await from.cluster('SETSLOT', slot, 'MIGRATING', toId)
  return {
    carry: async (...keys) => {
      const named = keys.length > 0 ? keys : await from.cluster('GETKEYSINSLOT', slot, 1_000)
      const { host = '', port = 0, username = '', password = '' } = to.options
      if (named.length > 0)
        await from.call(
          'MIGRATE',
          host,
          port,
          '',
          0,
          5_000,
          'AUTH2',
          username ?? '',
          password ?? '',
          'KEYS',
          ...named,
        )
    },
    finish: async () => {
      for (const node of [to, from, ...nodes]) await node.cluster('SETSLOT', slot, 'NODE', toId)
      await untilTheyAgree(nodes)
    },
    refusals: async (reply) => {
      const facts = await Promise.all(nodes.map((node) => node.info('errorstats')))
      const counts = facts.map((text) => new RegExp(`errorstat_${reply}:count=(\\d+)`).exec(text)?.[1] ?? '0')
      return counts.map(Number).reduce((sum, count) => sum + count, 0)
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes) node.disconnect()
    },
  }
}

/** Whether the slot is one of this node's own. */
async function holds(node: Redis, slot: number): Promise<boolean> {
  const id = await node.cluster('MYID')
  const ranges = await node.cluster('SLOTS')
  return ranges.some(([first, last, owner]) => owner?.[2] === id && first <= slot && slot <= last)
}

/** Until all nodes say the same of each: its epoch, and its slots. */
async function untilTheyAgree(nodes: readonly Redis[]): Promise<void> {
  const views = async () => new Set(await Promise.all(nodes.map(viewOf)))
  await expect.poll(async () => (await views()).size, { interval: 10, timeout: 60_000 }).toBe(1)
}

/** Of each node its id, its epoch and its slots, in one order and without those that are on their way. */
async function viewOf(node: Redis): Promise<string> {
  const lines = String(await node.cluster('NODES'))
    .trim()
    .split('\n')
  return lines.map(factsOf).sort().join('\n')
}

function factsOf(line: string): string {
  const [id, , , , , , epoch, , ...slots] = line.split(' ')
  return [id, epoch, ...slots.filter((range) => !range.startsWith('['))].join(' ')
}
