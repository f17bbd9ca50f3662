import type { Fields } from './line-format.js'

/** A field for which the schema has no place, or one where only objects stand. An object is the text of its JSON. */
export function label(name: string, value: unknown, given: readonly string[] = []): Fields[number] {
  return [`labels.${name}`, value, typeof value === 'object' && value !== null ? 'text' : undefined, given]
}
