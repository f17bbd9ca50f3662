import type { Connection } from './connection.js'

const TIMEOUT = 5_000

/** What is lost with a key that Redis drops. */
export interface EvictionRisk {
  /** Whose keys they are: `'redisLock'`. */
  readonly pattern: string
  /** What may be dropped, and what comes of it: `'a lock that is held, and give it to another'`. */
  readonly what: string
  /** Whether the keys have no end: then only a policy for all keys drops them. @defaultValue false */
  readonly isEndless?: boolean
}

/**
 * Warns, once for a client, where Redis is set to drop keys when its memory is full: such a key may be one that nothing else
 * remembers. Asked in the background: at once where the client is open, and else, or where that failed, when the function
 * is called that it gives, after an answer of the server. A server that does not tell is not warned of.
 */
export function warnOfEviction(connection: Connection, risk: EvictionRisk): () => void {
  ask(connection, risk)
  let isDue = true
  return () => {
    if (!isDue) return
    isDue = false
    ask(connection, risk)
  }
}

const asked = new WeakMap<Connection, Set<string>>()

function ask(connection: Connection, risk: EvictionRisk): void {
  const { pattern } = risk
  const told = asked.get(connection) ?? new Set()
  asked.set(connection, told)
  if (told.has(pattern) || !connection.isOpen) return
  told.add(pattern)
  policyOf(connection, risk).then(
    (policy) => {
      if (policy !== undefined) warn(risk, policy)
    },
    () => {
      // Who asks next may find it there.
      told.delete(pattern)
    },
  )
}

/** By which policy one of the masters drops such keys; `undefined` where none does, or none tells. */
async function policyOf(
  connection: Connection,
  { isEndless = false }: EvictionRisk,
): Promise<string | undefined> {
  const wait = { timeout: TIMEOUT }
  for (const master of await connection.masters(wait)) {
    const facts = String(await master.send(['INFO', 'memory'], wait))
    const policy = /^maxmemory_policy:([\w-]+)/m.exec(facts)?.[1]
    if (policy === undefined || policy === 'noeviction') continue
    if (!isEndless || policy.startsWith('allkeys')) return policy
  }
  return undefined
}

function warn({ pattern, what }: EvictionRisk, policy: string): void {
  globalThis.process?.emitWarning?.(
    `@base/redis ${pattern}: maxmemory-policy is ${policy}: when its memory is full, Redis may drop ${what}. ` +
      'Set it to noeviction, on a server whose memory suffices.',
    'RedisWarning',
  )
}
