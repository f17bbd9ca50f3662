import type { PGlite } from '@electric-sql/pglite'
import { isPglite, syncPglite } from '../sync-pglite.js'
import { NestedRootQueryError } from './nested-root-query-error.js'
import { unitsAround } from './scope.js'

type Method = (...args: unknown[]) => Promise<unknown>

/** What waits for the end of a transaction, of which a client has one at a time. */
const METHODS = ['query', 'sql', 'exec', 'describeQuery', 'transaction', 'close'] as const

const transactions = new WeakMap<PGlite, PGlite['transaction']>()

/**
 * Watches a client, once: what would wait for the unit that it is called in is refused instead of waiting for ever.
 * Returns its own way to open a transaction, which nobody watches, and which ends once what it committed is kept.
 */
export function watchClient(client: PGlite): PGlite['transaction'] {
  const known = transactions.get(client)
  if (known !== undefined) return known
  const open: PGlite['transaction'] = client.transaction.bind(client)
  const transaction: PGlite['transaction'] = async (fn) => {
    const result = await open(fn)
    if (isPglite(client)) await syncPglite(client)
    return result
  }
  transactions.set(client, transaction)
  const methods = client as unknown as Record<string, Method | undefined>
  for (const name of METHODS) {
    const method = methods[name]?.bind(client)
    if (method === undefined) continue
    methods[name] = async (...args) => {
      if (unitsAround(client).length > 0) throw new NestedRootQueryError()
      return method(...args)
    }
  }
  return transaction
}
