import type { PoolClient } from 'pg'

/** The `query` of a client, whatever it is called with. */
export type Query = (...args: unknown[]) => unknown

/** What stands below each function that we have put in the place of a client's `query`. */
const below = /* @__PURE__ */ new WeakMap<object, object>()

/** Puts a function of ours in the place of a client's `query`, which it is made of. */
export function wrapQuery(client: PoolClient, wrap: (query: Query) => Query): void {
  const { query } = client
  const ours = wrap(query.bind(client) as Query)
  below.set(ours, query)
  client.query = ours as typeof query
}

/**
 * Whether somebody else has wrapped a client's `query`, above or below ours: on the client, in a class of its own, or on that
 * of `pg` with the mark of shimmer, which OpenTelemetry patches by. Without a mark a patch of that looks like `pg` itself.
 */
export function isWrappedByOthers(client: PoolClient): boolean {
  let query: object = client.query
  for (let next = below.get(query); next !== undefined; next = below.get(query)) query = next
  return query !== firstQuery(client) || (query as { __wrapped?: unknown }).__wrapped === true
}

/** The `query` of the class that is the first to have one. */
function firstQuery(client: PoolClient): unknown {
  let first: unknown
  let prototype: { readonly query?: unknown } | null = Object.getPrototypeOf(client)
  for (; prototype?.query !== undefined; prototype = Object.getPrototypeOf(prototype)) first = prototype.query
  return first
}
