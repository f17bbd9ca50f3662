import { camelCase, type Naming, upperSnake } from './names.js'
import { asList, type JsonSchema, type Shape, shapeAt } from './shape.js'

type Path = readonly string[]

/** What a variable stands for. */
interface Place {
  /** The key that it sets. */
  readonly path: Path | undefined
  /** The key of X, where it is an X_FILE. */
  readonly owner: Path | undefined
}

const FILE_SUFFIX = '_FILE'

/** What the rest of a variable's name, behind the prefix, stands for; both where no schema says which of them it is. */
export function placeOf(rest: string, naming: Naming, shape: Shape | undefined): Place {
  const isLong = rest.length > FILE_SUFFIX.length
  const isFile = isLong && rest.toUpperCase().endsWith(FILE_SUFFIX)
  const ofOwner = isFile ? rest.slice(0, -FILE_SUFFIX.length) : undefined
  if (shape === undefined) {
    return {
      path: freePath(rest, naming),
      owner: ofOwner === undefined ? undefined : freePath(ofOwner, naming),
    }
  }
  const named = pathIn(shape, rest, naming, 'named')
  if (named !== undefined) return { path: named, owner: undefined }
  const owner = ofOwner === undefined ? undefined : pathIn(shape, ofOwner, naming, 'named')
  return { path: owner ? undefined : pathIn(shape, rest, naming, 'any'), owner }
}

/** The key of a variable by the rules of names alone; refused where a part is empty or reaches for a prototype. */
function freePath(rest: string, { delimiter }: Naming): Path | undefined {
  const path = rest.split(delimiter).map(camelCase)
  return path.some((key) => key === '' || key === '__proto__') ? undefined : path
}

/**
 * The key that the schema has for a variable, whatever the case of its letters: one that it names, or also any that it
 * takes.
 */
function pathIn(shape: Shape, rest: string, naming: Naming, wanted: 'named' | 'any'): Path | undefined {
  const upper = rest.toUpperCase()
  for (const [key, inner] of shape.keys) {
    const name = upperSnake(key)
    if (upper === name) return [key]
    const start = name + naming.delimiter.toUpperCase()
    if (!upper.startsWith(start)) continue
    const path = pathIn(inner, rest.slice(start.length), naming, wanted)
    if (path !== undefined) return [key, ...path]
  }
  const [first = '', ...further] = rest.split(naming.delimiter)
  if (shape.rest === undefined || further.length === 0) return openPath(shape, rest, naming, wanted)
  const step = freePath(first, naming)
  const path = pathIn(shape.rest, further.join(naming.delimiter), naming, wanted)
  if (step && path) return [...step, ...path]
  const open = openPath(shape, rest, naming, wanted)
  return open && isBelowLeaf(shape, open) ? undefined : open
}

/** Whether it would take the place of a text or a list that the schema names. */
function isBelowLeaf(shape: Shape, path: Path): boolean {
  return path.some((_, depth) => {
    const above = depth > 0 ? shapeAt(shape, path.slice(0, depth)) : undefined
    return above?.schemas.every(isLeaf) === true
  })
}

/** Whether it says what it takes, and that is no object. */
function isLeaf({ type }: JsonSchema): boolean {
  return type !== undefined && type !== 'object' && !asList(type).includes('object')
}

function openPath({ open }: Shape, rest: string, naming: Naming, wanted: 'named' | 'any'): Path | undefined {
  return open && wanted === 'any' ? freePath(rest, naming) : undefined
}
