import { UnsupportedError } from '@base/core/errors'
import { TOKEN } from '../statement-watch/token.js'

/** Almost all statements begin so, and need no second look where they stand alone. */
const HARMLESS = /^[\s(]*(?:select|insert|update|delete|with)\b/i

/** Tokens in which no statement begins or ends: names in quotes, texts, comments. */
const OPAQUE = /^(?:["'/]|--|e'|\$(?!\d))/i

/** What a function in standard SQL consists of: this is no BEGIN or END of a transaction. */
const BODY = /\bbegin\s+atomic\b[\s\S]*?;\s*end\b/gi

/** To roll back to a savepoint is no end. */
const CONTROL =
  /(?:^|;)\s*(?:begin|start\s+transaction|commit|end|abort|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b)|prepare\s+transaction(?=\s*(?:;|$)))\b/i

/**
 * The refusal of what would begin or end a transaction, one of several statements too; `undefined` for any other. After a COMMIT
 * or ROLLBACK of somebody else's the unit would go on without a transaction, and take the answer to its own COMMIT for a success.
 */
export function refusalOf(statement: string): UnsupportedError | undefined {
  if (HARMLESS.test(statement) && !statement.includes(';')) return undefined
  const bare = statement.replace(TOKEN, (token) => (OPAQUE.test(token) ? ' ' : token)).replace(BODY, '')
  if (!CONTROL.test(bare)) return undefined
  return new UnsupportedError({
    message:
      'A unit of work begins and ends its transaction by itself: return to commit, throw to roll back, and use a nested unit for a part.',
  })
}
