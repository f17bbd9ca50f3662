/** Where a field of a message goes. */
type FieldUse =
  /** To metrics, spans and log lines: its values are few. */
  | 'label'
  /** To spans and log lines: its values are many. */
  | 'detail'
  /** To log lines alone: it says who did it. */
  | 'log'
  /** What was thrown: its type to metrics and spans, all of it to log lines. */
  | 'error'
  | 'hidden'

/** What becomes of a field of a message. */
export interface FieldRule {
  /** Of the message; a dot leads into an object. */
  readonly field: string
  readonly use: FieldUse
  /** What it is, for the table in the documentation; of a hidden one, why. */
  readonly meaning: string
  /** What it is called outside; empty for one that is hidden. */
  readonly attribute: string
  /** Its values; anything else is `_OTHER`. Without it, any short text. */
  readonly values?: readonly string[]
  /** Makes of it what is shown; the message is what it is a field of. */
  readonly shape?: ((value: unknown, message: object) => unknown) | undefined
}

/** @see OpenTelemetry semantic conventions: what is not among the known values */
export const OTHER = '_OTHER'
/** @see OpenTelemetry semantic conventions, "error.type" */
export const ERROR_TYPE = 'error.type'

export function label(
  field: string,
  attribute: string,
  meaning: string,
  options: Pick<FieldRule, 'values' | 'shape'> = {},
): FieldRule {
  return { field, use: 'label', attribute, meaning, ...options }
}

export function detail(
  field: string,
  attribute: string,
  meaning: string,
  shape?: (value: unknown) => unknown,
): FieldRule {
  return { field, use: 'detail', attribute, meaning, shape }
}

/** Whom it is about: in a log line, never in a metric or a span. */
export function subject(field: string, meaning: string): FieldRule {
  return { field, use: 'log', attribute: 'user.id', meaning }
}

export function thrown(meaning = 'What was thrown'): FieldRule {
  return { field: 'error', use: 'error', attribute: ERROR_TYPE, meaning }
}

export function hidden(field: string, why: string): FieldRule {
  return { field, use: 'hidden', attribute: '', meaning: why }
}

/** Milliseconds, as the seconds that OpenTelemetry wants. */
export function toSeconds(value: unknown): unknown {
  return typeof value === 'number' ? value / 1_000 : undefined
}
