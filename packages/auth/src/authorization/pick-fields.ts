import type { PermittedFields } from './authorization.js'

/** Names, each with those below it, or with nothing where it is the whole. */
interface Tree extends Map<string, Tree | undefined> {}

/** What has fields. */
type Fields = Readonly<Record<string, unknown>>

/** The permitted part of a thing: itself where it is all, otherwise a new object. What is absent stays absent. */
export function pickFields(resource: object, { all, fields }: PermittedFields): object {
  return all ? resource : partOf(resource as Fields, treeOf(fields))
}

/** Without paths below others, whose values are there with the whole. */
function treeOf(fields: readonly string[]): Tree {
  const root: Tree = new Map()
  for (const path of fields) {
    if (fields.some((other) => path.startsWith(`${other}.`))) continue
    const names = path.split('.')
    const last = names.pop() as string
    let at = root
    for (const name of names) {
      const below: Tree = at.get(name) ?? new Map()
      at.set(name, below)
      at = below
    }
    at.set(last, undefined)
  }
  return root
}

function partOf(row: Fields, tree: Tree): Record<string, unknown> {
  const part: Record<string, unknown> = {}
  for (const [name, below] of tree) {
    const value = below === undefined ? row[name] : partBelow(row[name], below)
    if (value !== undefined) part[name] = value
  }
  return part
}

/** Of a list the part of each object in it, as deep as the paths go: what else it holds has no fields. */
function partBelow(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.filter(hasFields).map((one) => partOf(one, tree))
  if (!hasFields(value)) return undefined
  const part = partOf(value, tree)
  return Object.keys(part).length > 0 ? part : undefined
}

/** Plain objects and instances of classes. Dates, bytes, maps, secrets, URLs and lists say that they are something else. */
function hasFields(value: unknown): value is Fields {
  return Object.prototype.toString.call(value) === '[object Object]'
}
