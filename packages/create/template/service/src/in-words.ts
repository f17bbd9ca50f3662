import { isAppError } from '@base/core/errors'

/**
 * A failure as a terminal is told of it: what an error of a block says, and in a line each what its causes say, such as the
 * database. Any other error is printed whole, for nobody expected it.
 */
export function inWords(error: unknown): unknown {
  if (!isAppError(error)) return error
  const links = new Set<unknown>([error])
  // A set that grows is gone through to its end, and holds no error twice.
  for (const link of links) {
    if (!(link instanceof Error)) continue
    links.add(link.cause)
    if (link instanceof AggregateError) for (const each of link.errors) links.add(each)
  }
  const said: string[] = []
  for (const link of links) {
    const message = link instanceof Error ? link.message : ''
    if (!said.some((before) => before.includes(message))) said.push(message)
  }
  return said.join('\n')
}
