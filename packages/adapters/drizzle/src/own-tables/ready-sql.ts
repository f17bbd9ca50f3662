import { SQL } from 'drizzle-orm'

/** A statement whose text is there already, with `$1` and so on for its values: to make one takes drizzle longer than to send it. */
export function readySql(text: string, values: unknown[]): SQL {
  const statement = new SQL([])
  // What drizzle has its session prepare.
  statement.toQuery = () => ({ sql: text, params: values })
  return statement
}
