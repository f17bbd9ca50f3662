import { CENSOR } from './text-pattern.js'

/** Properties that say what a client of a database or of Redis was called with, beside one that says what was called. */
const GIVEN = new Set(['args', 'params', 'parameters'])
const CALLED = ['command', 'query', 'sql']

/**
 * What is shown of a property of an error: not what the call that failed was called with, be it the password of a connection
 * or a row.
 *
 * ioredis has `command: { name, args }`; redis 3, drizzle, postgres, TypeORM and Sequelize the one beside the other; mysql, mysql2
 * and Sequelize the values within `sql`.
 */
export function withoutArguments(error: Error, key: string): unknown {
  const own = error as unknown as Readonly<Record<string, unknown>>
  const value = own[key]
  if (key === 'command' && isCommand(value)) return { name: value.name }
  if (key === 'sql' && typeof value === 'string') return CENSOR
  return GIVEN.has(key) && typeof value === 'object' && isOfCall(own) ? CENSOR : value
}

/**
 * A text of an error without the list that drizzle writes into the message: `Failed query: …\nparams: …`. A list that cannot be
 * made a text stands in none.
 */
export function withoutParams(error: Error, text: string): string {
  try {
    const { query, params } = error as { readonly query?: unknown; readonly params?: unknown }
    if (typeof query !== 'string' || !Array.isArray(params) || params.length === 0) return text
    return text.replace(`\nparams: ${params}`, () => `\nparams: ${CENSOR}`)
  } catch {
    return text
  }
}

function isCommand(value: unknown): value is { readonly name: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && 'args' in value
}

function isOfCall(own: Readonly<Record<string, unknown>>): boolean {
  return CALLED.some((key) => typeof own[key] === 'string')
}
