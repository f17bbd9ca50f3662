/** Names that lead out of the data. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Reads one field of a row. */
export type FieldReader = (row: unknown) => unknown

/** Whether a value is a path: names, none empty, between dots, and none that leads to a prototype. */
export function isFieldPath(field: unknown): field is string {
  return typeof field === 'string' && field.split('.').every((name) => name !== '' && !FORBIDDEN.has(name))
}

/**
 * Reads a path in rows: own properties and getters, those of a class too. An object on the way that is absent gives
 * `undefined`, and so do arrays and scalars, which have no fields. What a getter throws is thrown.
 */
export function fieldReader(field: string): FieldReader {
  const [first = '', ...rest] = field.split('.')
  const [second, ...more] = rest
  if (second === undefined) return (row) => (row as Fields)?.[first]
  if (more.length === 0) return (row) => property((row as Fields)?.[first], second)
  return (row) => rest.reduce(property, (row as Fields)?.[first])
}

/** What may be a row, to those who read it. */
export type Fields = Readonly<Record<string, unknown>> | null | undefined

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
