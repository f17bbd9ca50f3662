import { startTelling, type Telling } from './tell-statement.js'

/**
 * Tells of the beginning and the end of a transaction that drizzle opens, whichever way its driver sends them. The beginning
 * has the wait for a connection in it.
 */
export async function tellTransaction<T, R>(
  open: (body: (tx: T) => Promise<R>) => Promise<R>,
  fn: (tx: T) => Promise<R>,
): Promise<R> {
  let step: Telling | undefined = startTelling({ sql: 'begin' })
  let thrown: { readonly error: unknown } | undefined
  const body = async (tx: T): Promise<R> => {
    step?.succeeded()
    step = undefined
    try {
      const result = await fn(tx)
      step = startTelling({ sql: 'commit' })
      return result
    } catch (error) {
      thrown = { error }
      step = startTelling({ sql: 'rollback' })
      throw error
    }
  }
  try {
    const result = await open(body)
    step?.succeeded()
    return result
  } catch (error) {
    // Drizzle gives on what the function threw once it has rolled back.
    if (thrown?.error === error) step?.succeeded()
    else step?.failed(error)
    throw error
  }
}
