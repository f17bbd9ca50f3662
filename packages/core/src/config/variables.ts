import { camelCase, type Naming, upperSnake } from './names.js'
import { FileReference, type Setting } from './settings-tree.js'
import { type Shape, shapeAt } from './shape.js'
import type { ConfigSource } from './source-of.js'

/** The variables of one source. */
export interface Variables {
  readonly values: ReadonlyMap<string, string>
  readonly source: Pick<ConfigSource, 'source' | 'file'>
}

/** What the variables of one source say. */
export interface VariableSettings {
  /** Each whole, in the order in which they count: of two for one place the later one. */
  readonly settings: readonly Setting[]
  /** For each `X_FILE` the X that it may stand for, where the schema cannot say whether it knows X. */
  readonly candidates: readonly Setting[]
  /** Variables under the prefix that the schema does not name. */
  readonly unknown: readonly string[]
}

const FILE_SUFFIX = '_FILE'

/** Reads the variables of one source: each gets its key, and lists and groups are read as JSON. */
export function readVariables(
  { values, source }: Variables,
  naming: Naming,
  shape: Shape | undefined,
): VariableSettings {
  const texts: Setting[] = []
  const references: Setting[] = []
  const unknown: string[] = []
  for (const [name, value] of [...values].sort(upperCaseLast)) {
    if (!name.startsWith(naming.prefix)) continue
    const rest = name.slice(naming.prefix.length)
    const from = { ...source, name }
    const owner = ownerOf(rest)
    const named = shape && namedPath(rest, naming, shape)
    const ownerPath = owner && (shape ? namedPath(owner, naming, shape) : freePath(owner, naming))
    const path =
      named ?? (shape === undefined || (shape.open && !ownerPath) ? freePath(rest, naming) : undefined)
    if (path) texts.push({ path, value: decode(value, shape && shapeAt(shape, path)), source: from })
    if (ownerPath && !named) {
      references.push({ path: ownerPath, value: new FileReference(value), source: from })
    } else if (!path) {
      unknown.push(name)
    }
  }
  // A group as a whole before what is in it, and X_FILE before X.
  const settings = shape === undefined ? texts : [...references, ...texts]
  return {
    settings: settings.sort((a, b) => a.path.length - b.path.length),
    candidates: shape === undefined ? references : [],
    unknown,
  }
}

/**
 * A variable's value. Where the schema takes nothing but a list it is read as JSON, or else split at its commas; where
 * nothing but an object, as JSON. What cannot be read so stays a text, of which the schema will say what is wrong.
 */
export function decode(text: string, shape: Shape | undefined): unknown {
  if (shape === undefined || shape.kind === 'text') return text
  const start = text.trimStart()[0]
  if (start === (shape.kind === 'list' ? '[' : '{')) return parseJson(text)
  if (shape.kind === 'group') return text
  return text.trim() === '' ? [] : text.split(',').map((item) => item.trim())
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => {
      if (key === '__proto__') throw new SyntaxError('__proto__ is refused')
      return value
    })
  } catch {
    return text
  }
}

/** The key of a variable by the rules of names alone; refused where a part is empty or reaches for a prototype. */
function freePath(rest: string, { delimiter }: Naming): readonly string[] | undefined {
  const path = rest.split(delimiter).map(camelCase)
  return path.some((key) => key === '' || key === '__proto__') ? undefined : path
}

/** The key that the schema has for a variable, whatever the case of its letters. */
function namedPath(rest: string, naming: Naming, shape: Shape): readonly string[] | undefined {
  const upper = rest.toUpperCase()
  for (const [key, inner] of shape.keys) {
    const name = upperSnake(key)
    if (upper === name) return [key]
    const start = name + naming.delimiter.toUpperCase()
    if (!upper.startsWith(start)) continue
    const further = rest.slice(start.length)
    const path = namedPath(further, naming, inner) ?? (inner.open ? freePath(further, naming) : undefined)
    if (path !== undefined) return [key, ...path]
  }
  return undefined
}

function ownerOf(rest: string): string | undefined {
  const isLong = rest.length > FILE_SUFFIX.length
  return isLong && rest.toUpperCase().endsWith(FILE_SUFFIX) ? rest.slice(0, -FILE_SUFFIX.length) : undefined
}

function upperCaseLast([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? 1 : a > b ? -1 : 0
}
