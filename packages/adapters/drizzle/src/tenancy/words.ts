import { type SQL, sql } from 'drizzle-orm'

/** The words of an expression: texts in their quotes, and names as `quote_ident` writes them. */
const WORDS = `'(?:[^']|'')*'|"(?:[^"]|"")+"|[[:alnum:]_$]+`

/** The setting, as a word. */
export const SETTING: SQL = sql`'''app.tenant_id'''`

/** Whether a word is in what PostgreSQL writes an expression or a query as. */
export function isNamedIn(text: SQL, word: SQL): SQL {
  return sql`${word} = any(array(select word[1] from regexp_matches(${text}, ${WORDS}, 'g') as word))`
}
