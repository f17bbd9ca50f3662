type Run = (values?: Record<string, unknown>) => Promise<unknown>

/** A prepared statement of drizzle, which is run by one of two methods. */
export interface PreparedQuery {
  execute: Run
  all?: Run
}

const METHODS = ['execute', 'all'] as const

/** Has its runs go through a function, which is given what runs it. */
export function runThrough<Q extends PreparedQuery>(
  query: Q,
  through: (run: () => Promise<unknown>) => Promise<unknown>,
): Q {
  for (const method of METHODS) {
    const run = query[method]
    if (run !== undefined) query[method] = (values) => through(() => run.call(query, values))
  }
  return query
}
