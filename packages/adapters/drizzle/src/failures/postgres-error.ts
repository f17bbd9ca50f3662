/** How long a chain of causes is followed, for it may be a circle. */
const MAX_CAUSES = 16

/** A SQLSTATE: five digits or capitals. Node's own codes are longer, or written otherwise. */
const SQL_STATE = /^[0-9A-Z]{5}$/

/** Severities with which PostgreSQL ends the connection. */
export const ENDING: ReadonlySet<string> = new Set(['FATAL', 'PANIC'])
/** Codes that also come with these: of connections, timeouts that end them, shutdowns, resources, and what went wrong within. */
const MAY_END = /^(08|25P0[34]|53|57P|58|F0|XX)/

/**
 * How the context names a parameter; its value may stand behind. A statement of SQL that it quotes is none, nor is the list of
 * all parameters, behind a colon, that `log_parameter_max_length_on_error` adds to whatever fails.
 */
const PARAMETER = /^[^="(:：]*\$(\d+)(?: = '.*)?$/s

/** What PostgreSQL says of a statement that it refused, under the names that both drivers use. */
export interface PostgresError {
  /** The SQLSTATE. */
  readonly code: string
  /** `ERROR`, `FATAL` or `PANIC`, or what these are in the server's language. */
  readonly severity: string
  /** In the server's language; may quote values, see {@link saysValues}. */
  readonly message: string
  readonly constraint?: string | undefined
  readonly schema?: string | undefined
  readonly table?: string | undefined
  readonly column?: string | undefined
  /** Where it was, in the server's language; may quote a value, behind the number of its parameter. */
  readonly where?: string | undefined
  /** Where in the statement it was. */
  readonly position?: string | undefined
  /** Where it was in a statement that the server made by itself, as a function does. */
  readonly internalPosition?: string | undefined
  /** The function of the server that refused it: a name in any language. */
  readonly routine?: string | undefined
}

/** An error, what caused it, and so on. */
export function* causesOf(error: unknown): Generator<object> {
  let link = error
  for (let depth = 0; depth < MAX_CAUSES && typeof link === 'object' && link !== null; depth++) {
    yield link
    link = (link as { cause?: unknown }).cause
  }
}

/** PostgreSQL's error, itself or among the causes, for drizzle wraps what drivers throw; `undefined` where there is none. */
export function postgresErrorOf(error: unknown): PostgresError | undefined {
  for (const link of causesOf(error)) if (isPostgresError(link)) return link
  return undefined
}

/** The SQLSTATE of an error or of what caused it. */
export function sqlStateOf(error: unknown): string | undefined {
  return postgresErrorOf(error)?.code
}

/** Whether the database refused a statement and the connection goes on; else nobody knows what became of it. */
export function isRefusal(error: unknown): boolean {
  const { severity = 'FATAL', code = '' } = postgresErrorOf(error) ?? {}
  if (ENDING.has(severity)) return false
  // The server may say it in its own language, as ERRO or FEHLER; then the code tells.
  return severity === 'ERROR' || !MAY_END.test(code)
}

/**
 * Whether the server's message may quote a value: those about data do, those that a function of the user raises, with any code,
 * and those of a syntax that is no place in a statement: of what is searched for (`tsquery`), or of a path (`jsonpath`).
 */
export function saysValues({ code, routine, position, internalPosition }: PostgresError): boolean {
  if (code === '42601') return position === undefined && internalPosition === undefined
  return /^(22|P0|XX)/.test(code) || routine === 'exec_stmt_raise'
}

/** The parameter that was refused, from 1; `undefined` where it is not known that it was one. */
export function parameterOf({ code, where = '' }: PostgresError): number | undefined {
  const [, number] = (code.startsWith('22') && PARAMETER.exec(where)) || []
  return number === undefined ? undefined : Number(number)
}

/** Drivers copy the severity of the message; other libraries that have codes of five letters have none. */
function isPostgresError(link: object): link is PostgresError {
  const { code, severity } = link as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && SQL_STATE.test(code) && typeof severity === 'string'
}
