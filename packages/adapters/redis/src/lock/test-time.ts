import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'

const options = { timeout: 10_000 }

/** Lets a time pass on the server for all locks with a prefix. */
export async function letPass(client: RedisClient, prefix: string, milliseconds: number): Promise<void> {
  const connection = connect(client, 'test')
  for (const node of await connection.masters()) {
    const keys = (await node.send(['KEYS', `${prefix}*`], options)) as readonly Buffer[]
    for (const name of keys) {
      const key = name.toString()
      const left = Number(await connection.send(['PTTL', key], { ...options, key })) - milliseconds
      await connection.send(['PEXPIRE', key, `${left}`], { ...options, key })
    }
  }
}
