/** JSON Schema, as far as anybody knows what is in it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What a schema takes at one place. */
export interface Shape {
  /** Whether it takes nothing but a list, nothing but an object, or also a text. */
  readonly kind: 'list' | 'group' | 'text'
  /** What it names. */
  readonly keys: ReadonlyMap<string, Shape>
  /** Those of them that must be there. */
  readonly required: ReadonlySet<string>
  /** Whether it takes keys that it does not name. */
  readonly open: boolean
  /** What it takes at those, as far as it says. */
  readonly rest: Shape | undefined
  /** The schema of it, and of each of its alternatives. */
  readonly schemas: readonly JsonSchema[]
}

/** What the schema takes at a path; `undefined` where it does not say. */
export function shapeAt(shape: Shape | undefined, path: readonly string[]): Shape | undefined {
  return path.reduce((at, key) => at?.keys.get(key) ?? at?.rest, shape)
}

/** Whether the schema has it, or takes keys that it does not name where it would stand, or does not say. */
export function isKnown(path: readonly string[], shape: Shape | undefined): boolean {
  return path.every((_, depth) => {
    const above = shapeAt(shape, path.slice(0, depth))
    // Beyond a value that the schema takes as a whole nothing is named.
    if (above === undefined || above.open || above.keys.size === 0) return true
    return shapeAt(shape, path.slice(0, depth + 1)) !== undefined
  })
}

/** The paths of everything that the schema names and that is no group of named keys. */
export function* leavesOf(shape: Shape, path: readonly string[] = []): Generator<[readonly string[], Shape]> {
  for (const [key, inner] of shape.keys) {
    if (inner.keys.size === 0) yield [[...path, key], inner]
    else yield* leavesOf(inner, [...path, key])
  }
}

/** What the schema lists as allowed, in lower case, and the words that no secret consists of. */
export function publishedTexts(shape: Shape | undefined): ReadonlySet<string> {
  const texts = new Set(['true', 'false', 'null', 'undefined'])
  for (const [, leaf] of shape === undefined ? [] : leavesOf(shape)) {
    for (const it of leaf.schemas) for (const text of allowedBy(it)) texts.add(String(text).toLowerCase())
  }
  return texts
}

/** The values that a schema lists. */
export function allowedBy({ enum: allowed, const: only }: JsonSchema): readonly unknown[] {
  return only === undefined ? asList(allowed) : [...asList(allowed), only]
}

/** A value as a schema; the empty one where it is none. */
export function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {}
}

/** A value as a list; the empty one where it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
