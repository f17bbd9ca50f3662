import type { Connection } from './connection.js'

const TIMEOUT = 5_000

/**
 * Warns, once, where Redis is set to drop keys when its memory is full: such a key may be one that nothing else remembers.
 * Asked in the background, at the first call after the client was opened. A server that does not tell is not warned of.
 *
 * @param pattern Whose keys they are: `'redisLock'`.
 * @param what What may be dropped: `'a lock that is held'`.
 */
export function warnOfEviction(connection: Connection, pattern: string, what: string): void {
  const told = asked.get(connection) ?? new Set()
  asked.set(connection, told)
  if (told.has(pattern) || !connection.isOpen) return
  told.add(pattern)
  policyOf(connection).then(
    (policy) => {
      if (policy !== undefined) warn(pattern, policy, what)
    },
    () => {
      // Who asks next may find it there.
      told.delete(pattern)
    },
  )
}

const asked = new WeakMap<Connection, Set<string>>()

/** By which policy one of the masters drops keys; `undefined` where none does, or none tells. */
async function policyOf(connection: Connection): Promise<string | undefined> {
  const masters = await connection.masters()
  if (masters.length === 0) throw new Error('The cluster is not known yet.')
  for (const master of masters) {
    const facts = String(await master.send(['INFO', 'memory'], { timeout: TIMEOUT }))
    const policy = /^maxmemory_policy:([\w-]+)/m.exec(facts)?.[1]
    if (policy !== undefined && policy !== 'noeviction') return policy
  }
  return undefined
}

function warn(pattern: string, policy: string, what: string): void {
  globalThis.process?.emitWarning?.(
    `@base/redis ${pattern}: maxmemory-policy is ${policy}: when its memory is full, Redis may drop ${what}. ` +
      'Set it to noeviction, on a server whose memory suffices.',
    'RedisWarning',
  )
}
