import type { Naming } from './names.js'
import { placeOf } from './place-of.js'
import { FileReference, type Setting } from './settings-tree.js'
import { isKnown, type Shape, shapeAt } from './shape.js'
import type { ConfigSource } from './source-of.js'

/** The variables of one source. */
export interface Variables {
  readonly values: ReadonlyMap<string, string>
  readonly source: Pick<ConfigSource, 'source' | 'file'>
  /** Whether they are the process's own, which may be for anybody. */
  readonly isAmbient: boolean
}

/** A name that the schema does not have. */
export interface UnknownName {
  readonly name: string
  /** Whether it is a variable that may be for anybody. */
  readonly isAmbient: boolean
}

/** What the variables of one source say. */
export interface VariableSettings {
  /** Each whole, in the order in which they count: of two for one place the later one. */
  readonly settings: readonly Setting[]
  /** For each `X_FILE` the X that it may stand for, where the schema cannot say whether it knows X. */
  readonly candidates: readonly Setting[]
  /** Variables under the prefix that the schema does not name. */
  readonly unknown: readonly UnknownName[]
}

/** Reads the variables of one source: each gets its key, and lists and groups are read as JSON. */
export function readVariables(
  { values, source, isAmbient }: Variables,
  naming: Naming,
  shape: Shape | undefined,
): VariableSettings {
  const texts: (Setting & { readonly value: string })[] = []
  const references: Setting[] = []
  const unknown: UnknownName[] = []
  for (const [name, value] of [...values].sort(upperCaseLast)) {
    if (!name.startsWith(naming.prefix)) continue
    const { path, owner } = placeOf(name.slice(naming.prefix.length), naming, shape)
    const from = { ...source, name }
    if (path) texts.push({ path, value, source: from })
    // An empty one names no file.
    if (owner && value !== '') references.push({ path: owner, value: new FileReference(value), source: from })
    // A member of a record is given what it does not have, for else it might not be there at all.
    if (path ? !isKnown(path, shape) : !owner) unknown.push({ name, isAmbient })
  }
  const settings: Setting[] = shape === undefined ? [] : [...references]
  const mounted = new Set(settings.map(({ path }) => path.join('.')))
  // A group as a whole before what is in it, and X_FILE before X, but for an empty X where the schema names it.
  for (const { path, value, source: from } of texts) {
    if (value === '' && mounted.has(path.join('.'))) continue
    settings.push({ path, value: decode(value, shapeAt(shape, path)), source: from })
  }
  return {
    settings: settings.sort((a, b) => a.path.length - b.path.length),
    candidates: shape === undefined ? references : [],
    unknown,
  }
}

/**
 * A variable's value. Where the schema takes nothing but a list it is read as JSON, or else split at its commas, of which
 * one at the end or doubled makes no item; where nothing but an object, as JSON. What cannot be read so stays a text, which
 * the schema refuses: see {@link isBroken}.
 */
export function decode(text: string, shape: Shape | undefined): unknown {
  if (beginsAsJson(text, shape)) return parseJson(text)
  if (shape?.kind !== 'list') return text
  const items = text.split(',').map((item) => item.trim())
  return items.filter((item) => item !== '')
}

/** Whether a setting is the text of a variable that begins as the JSON that its schema wants, and could not be read as it. */
export function isBroken({ value, source }: Setting, shape: Shape | undefined): boolean {
  return typeof value === 'string' && source.source !== 'values' && beginsAsJson(value, shape)
}

function beginsAsJson(text: string, shape: Shape | undefined): boolean {
  const [first] = text.trimStart()
  return first === '[' ? shape?.kind === 'list' : first === '{' && shape?.kind === 'group'
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

function upperCaseLast([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? 1 : a > b ? -1 : 0
}
