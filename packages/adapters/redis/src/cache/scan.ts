import type { Connection, Reply } from '../connection/connection.js'
import type { Names } from './names.js'

/** The server looks at about so many keys at once. */
const COUNT = '500'

/** How the keys of a cache are looked through. */
export interface ScanOptions {
  /** How long one step may take, in milliseconds. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/** The user's keys that match a pattern, page by page, of every node that holds some. A key may come twice. */
export async function* scanPages(
  connection: Connection,
  names: Names,
  pattern: string,
  options: ScanOptions,
): AsyncGenerator<readonly string[]> {
  options.signal?.throwIfAborted()
  const { keyPrefix } = connection
  const match = names.pattern(pattern, keyPrefix)
  for (const node of await connection.masters(options)) {
    let cursor = '0'
    do {
      const reply = await node.send(['SCAN', cursor, 'MATCH', match, 'COUNT', COUNT], options)
      const [next, found] = reply as readonly [Reply, readonly Buffer[]]
      cursor = String(next)
      const keys = found.flatMap((name) => names.keyOf(name.toString().slice(keyPrefix.length)) ?? [])
      if (keys.length > 0) yield [...new Set(keys)]
    } while (cursor !== '0')
  }
}
