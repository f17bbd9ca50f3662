import { UnsupportedError } from '../errors/errors.js'
import { allowedBy, asList, asSchema, type JsonSchema, type Shape } from './shape.js'

/** A schema of any library, that can be asked to describe itself. */
export interface Described {
  readonly '~standard': { readonly vendor: string }
}

/** What goes into a schema, and what comes out. */
type Side = 'input' | 'output'

/** What a schema takes, or gives, if it can describe itself by `StandardJSONSchemaV1`. */
export function readShape(schema: Described, side: Side = 'input'): Shape | undefined {
  try {
    const root = askFor(schema, side)
    return root && toShape(root, root, [])
  } catch {
    return undefined
  }
}

/** The error of asking a schema for its keys that cannot tell. */
export function cannotDescribe(what: string, schema: Described): UnsupportedError {
  const { vendor } = schema['~standard']
  let cause: unknown
  try {
    askFor(schema, 'input')
  } catch (thrown) {
    cause = thrown
  }
  const isBare = vendor === 'valibot' && cause === undefined
  const hint = isBare ? ': wrap it in toStandardJsonSchema of @valibot/to-json-schema' : ''
  return new UnsupportedError({
    message: `@base/core ${what}: this schema of ${vendor} cannot describe itself by StandardJSONSchemaV1${hint}.`,
    details: { vendor },
    ...(cause !== undefined && { cause }),
  })
}

/** The JSON Schema that a library writes of a schema, if it writes any; throws what the library does. */
function askFor(schema: Described, side: Side): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as {
    jsonSchema?: { [S in Side]?: (options: object) => JsonSchema }
  }
  // What JSON cannot say (a date, a custom check) is left open: zod, arktype and valibot would refuse the whole otherwise.
  const libraryOptions = {
    unrepresentable: 'any',
    fallback: ({ base }: { base: unknown }) => base,
    errorMode: 'ignore',
  }
  return jsonSchema?.[side]?.({ target: 'draft-2020-12', libraryOptions })
}

function toShape(schema: JsonSchema, root: JsonSchema, above: readonly JsonSchema[]): Shape {
  const schemas = alternatives(schema, root)
  // A schema that holds itself is followed no further than once around.
  const isRecursive = schemas.some((it) => above.includes(it))
  const inner = (child: unknown) => toShape(asSchema(child), root, [...above, ...schemas])
  const children = new Map<string, JsonSchema[]>()
  const add = (key: string, child: unknown) =>
    children.set(key, [...(children.get(key) ?? []), asSchema(child)])
  let rest: Shape | undefined
  for (const it of isRecursive ? [] : schemas) {
    for (const [key, child] of Object.entries(asSchema(it['properties']))) add(key, child)
    const { additionalProperties: more } = it
    if (typeof more !== 'object') continue
    const names = namesOf(it, root)
    for (const name of names) add(name, more)
    if (names.length === 0) rest ??= inner(more)
  }
  const isSum = 'allOf' in schema
  const keys = new Map<string, Shape>()
  // A key of several alternatives takes what each of them takes.
  for (const [key, all] of children)
    keys.set(key, inner(all.length > 1 ? { [isSum ? 'allOf' : 'anyOf']: all } : all[0]))
  const takesValues = schemas.filter((it) => it['type'] !== 'null')
  const only = (type: string) => takesValues.length > 0 && takesValues.every((it) => typeOf(it) === type)
  const requires = ({ required }: JsonSchema, key: string) => asList(required).includes(key)
  // Of a sum what any part requires, of alternatives what all do.
  const isRequired = (key: string) =>
    isSum ? schemas.some((it) => requires(it, key)) : takesValues.every((it) => requires(it, key))
  return {
    kind: only('array') ? 'list' : only('object') ? 'group' : 'text',
    keys,
    required: new Set([...keys.keys()].filter(isRequired)),
    open: isRecursive || schemas.some((it) => isOpen(it, root)),
    rest,
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

/** The keys of a record that takes no others. */
function namesOf({ propertyNames }: JsonSchema, root: JsonSchema): readonly string[] {
  const allowed = alternatives(asSchema(propertyNames), root).map(allowedBy)
  return allowed.some((names) => names.length === 0) ? [] : allowed.flat().map(String)
}

/** Whether it takes keys that it does not name: it says so, or nothing at all of its keys. */
function isOpen(schema: JsonSchema, root: JsonSchema): boolean {
  const { type, properties, additionalProperties: more } = schema
  if (more === undefined) return type === 'object' && properties === undefined
  return more !== false && namesOf(schema, root).length === 0
}
