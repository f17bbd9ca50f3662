/** What a service says of itself in every line. */
export interface ServiceIdentity {
  /** Its name: `'orders-api'`. */
  readonly name: string
  /** Of its release: `'1.4.2'`. @defaultValue none */
  readonly version?: string | undefined
  /** Where it runs: `'production'`. @defaultValue none */
  readonly environment?: string | undefined
}

/** The keys of what ties a line to a request. */
export interface IdKeys {
  readonly correlationId: string
  readonly tenantId: string
  readonly traceId: string
  readonly spanId: string
  /** None where the format has no place for it. */
  readonly traceFlags?: string
}

/**
 * Fields by the keys of the line; those without a value are not shown. Objects as `'text'` are the text of their JSON; a `'query'` is
 * given with its question mark, by which its secrets are known, and shown without. What was given there, by these names below its
 * key (none for all of it) or by this one from the top, is hidden as there as well.
 */
export type Fields = readonly (readonly [
  key: string,
  value: unknown,
  as?: 'text' | 'query' | undefined,
  given?: readonly string[] | string,
])[]

/** What a field becomes that is shown in another way, beside the others. */
export type Rename = (value: unknown, all: object) => Fields

/** How a line is laid out: what `json` and `ecs` differ in. */
export interface LineFormat {
  readonly messageKey: string
  /** What stands in every line. */
  readonly base: Readonly<Record<string, unknown>>
  /** Keys that no field may have. */
  readonly reserved: ReadonlySet<string>
  /** The keys of the ids, which no field may have where there is such an id. */
  readonly ids: IdKeys
  /** Fields that are shown in another way. */
  readonly renamed: ReadonlyMap<string, Rename>
  /** Those of them that stay as they are where they are objects. */
  readonly objects: ReadonlySet<string>
  /** Whether a message is always a text. */
  readonly textOnly: boolean
  /** The part of a line that is the same for all lines of a level. */
  level(label: string, value: number): string
  /** The whole line; the message is JSON, the fields are JSON that each follow a comma. */
  line(level: string, time: number, message: string | undefined, fields: string): string
  /** The line, for those who tell where it goes by its number `level` with this one, and in JSON its own as `ownLevel` where that is less. */
  leveled(line: string, value: number): string
}

/** The keys of what stands in every line. */
export function namesOf(base: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(base).filter((name) => base[name] !== undefined)
}
