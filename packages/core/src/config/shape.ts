import { UnsupportedError } from '../errors/errors.js'

/** A schema of any library, that can be asked to describe itself. */
export interface Described {
  readonly '~standard': { readonly vendor: string }
}

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
  /** The schema of it, and of each of its alternatives. */
  readonly schemas: readonly JsonSchema[]
}

/** What a schema takes, if it can describe itself by `StandardJSONSchemaV1`. */
export function readShape(schema: Described): Shape | undefined {
  const { jsonSchema } = schema['~standard'] as {
    jsonSchema?: { input?(options: object): JsonSchema }
  }
  if (typeof jsonSchema?.input !== 'function') return undefined
  try {
    // What JSON cannot say (a date, a custom check) is left open: zod and arktype would refuse the whole otherwise.
    const libraryOptions = { unrepresentable: 'any', fallback: ({ base }: { base: unknown }) => base }
    const root = jsonSchema.input({ target: 'draft-2020-12', libraryOptions })
    return toShape(root, root, [])
  } catch {
    return undefined
  }
}

/** What the schema takes at a path; `undefined` where it does not say. */
export function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  return path.reduce<Shape | undefined>((at, key) => at?.keys.get(key), shape)
}

/** The paths of everything that the schema names and that is no group of named keys. */
export function* leavesOf(shape: Shape, path: readonly string[] = []): Generator<[readonly string[], Shape]> {
  for (const [key, inner] of shape.keys) {
    if (inner.keys.size === 0) yield [[...path, key], inner]
    else yield* leavesOf(inner, [...path, key])
  }
}

/** The error of asking a schema for its keys that cannot tell. */
export function cannotDescribe(what: string, { '~standard': { vendor } }: Described): UnsupportedError {
  const hint = vendor === 'valibot' ? ': wrap it in toStandardJsonSchema of @valibot/to-json-schema' : ''
  return new UnsupportedError({
    message: `@base/core ${what}: this schema of ${vendor} cannot describe itself by StandardJSONSchemaV1${hint}.`,
    details: { vendor },
  })
}

function toShape(schema: JsonSchema, root: JsonSchema, above: readonly JsonSchema[]): Shape {
  const schemas = alternatives(schema, root)
  const keys = new Map<string, Shape>()
  // A schema that holds itself is followed no further than once around.
  const isRecursive = schemas.some((it) => above.includes(it))
  for (const it of isRecursive ? [] : schemas) {
    for (const [key, child] of Object.entries(asSchema(it['properties']))) {
      if (!keys.has(key)) keys.set(key, toShape(asSchema(child), root, [...above, ...schemas]))
    }
  }
  const takesValues = schemas.filter((it) => it['type'] !== 'null')
  const only = (type: string) => takesValues.length > 0 && takesValues.every((it) => typeOf(it) === type)
  const requires = ({ required }: JsonSchema, key: string) => asList(required).includes(key)
  // Of a sum what any part requires, of alternatives what all do.
  const isRequired = (key: string) =>
    'allOf' in schema ? schemas.some((it) => requires(it, key)) : takesValues.every((it) => requires(it, key))
  return {
    kind: only('array') ? 'list' : only('object') ? 'group' : 'text',
    keys,
    required: new Set([...keys.keys()].filter(isRequired)),
    open:
      schemas.some(({ additionalProperties: more }) => more !== undefined && more !== false) || isRecursive,
    schemas: schemas.includes(schema) ? schemas : [schema, ...schemas],
  }
}

/** A schema, or those that it is an alternative or a sum of. */
function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): readonly JsonSchema[] {
  const target = schema['$ref']
  const parts = [...asList(schema['anyOf']), ...asList(schema['oneOf']), ...asList(schema['allOf'])]
  if (typeof target === 'string') parts.push(atPointer(root, target))
  if (parts.length === 0 || depth > 8) return [schema]
  return parts.flatMap((part) => alternatives(asSchema(part), root, depth + 1))
}

function atPointer(root: JsonSchema, pointer: string): unknown {
  const steps = pointer.split('/').slice(1)
  return steps.reduce<unknown>((at, step) => asSchema(at)[step.replace(/~1/g, '/').replace(/~0/g, '~')], root)
}

/** Its type; `undefined` where it says none, or several. */
function typeOf({ type, properties }: JsonSchema): unknown {
  return type ?? (properties === undefined ? undefined : 'object')
}

/** A value as a schema; the empty one where it is none. */
export function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {}
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? [...value] : []
}

/** What the schema lists as allowed, in lower case, and the words that no secret consists of. */
export function publishedTexts(shape: Shape | undefined): ReadonlySet<string> {
  const texts = new Set(['true', 'false', 'null', 'undefined'])
  for (const [, leaf] of shape === undefined ? [] : leavesOf(shape)) {
    for (const { enum: allowed, const: only } of leaf.schemas) {
      for (const text of [...asList(allowed), only]) texts.add(String(text).toLowerCase())
    }
  }
  return texts
}
