import type { ValidationIssue } from '../errors/validation-issue.js'
import { pathOf } from '../schema/issues.js'
import type {
  StandardSchemaIssue,
  StandardSchemaResult,
  StandardSchemaV1,
} from '../schema/standard-schema.js'
import { Mask } from './mask.js'
import { type Naming, variableOf } from './names.js'
import { readText } from './read-text.js'
import {
  FileReference,
  find,
  groupAt,
  put,
  type Setting,
  type SettingsTree,
  settingsIn,
  settingsOf,
  toInput,
} from './settings-tree.js'
import { publishedTexts, type Shape, shapeAt } from './shape.js'
import type { ConfigSource } from './source-of.js'
import type { Sources } from './sources.js'
import { decode, isBroken } from './variables.js'

const THREW = "the schema's own code threw (its message is withheld)"

/** What the schema makes of the settings, or what it says against them. */
export interface Validated {
  readonly value: unknown
  readonly issues: readonly ValidationIssue[]
  /** Where each setting comes from, by its dotted key. */
  readonly sources: ReadonlyMap<string, ConfigSource>
}

/** Reads the files that count, and asks the schema. */
export async function validateSettings(
  schema: StandardSchemaV1,
  { settings, candidates }: Pick<Sources, 'settings' | 'candidates'>,
  naming: Naming,
  shape: Shape | undefined,
): Promise<Validated> {
  const issues: ValidationIssue[] = []
  const tree = await putSettings(settings, shape, issues)
  if (shape !== undefined) addRequiredGroups(tree, shape)
  for (const { path } of candidates) {
    if (find(tree, path) === undefined) groupAt(tree, path.slice(0, -1))
  }
  await readReferences(tree, shape, issues)
  let result = await ask(schema, tree, issues)
  const asked = candidates.filter(({ path }) => isAsked(path, tree, result.issues))
  if (asked.length > 0) {
    for (const setting of asked) put(tree, setting)
    await readReferences(tree, shape, issues)
    result = await ask(schema, tree, issues)
  }
  const mask = new Mask(toInput(tree), publishedTexts(shape))
  const unreadable = issues.map(({ path }) => path.toUpperCase())
  for (const issue of result.issues ?? []) {
    const named = toIssue(issue, tree, { naming, mask, shape })
    // What could not be read is not also missing.
    if (!unreadable.includes(`${named.path}_FILE`.toUpperCase())) issues.push(named)
  }
  const sources = [...settingsOf(tree)].map(({ path, source }) => [path.join('.'), source] as const)
  return { value: result.issues ? undefined : result.value, issues, sources: new Map(sources) }
}

/** What the schema says. What its own code throws may hold a value, so it is an issue without its text. */
async function ask(
  schema: StandardSchemaV1,
  tree: SettingsTree,
  issues: ValidationIssue[],
): Promise<StandardSchemaResult<unknown>> {
  const input = toInput(tree)
  try {
    return await schema['~standard'].validate(input)
  } catch {
    issues.push({ path: '', message: THREW, code: 'invalid' })
    return { issues: [] }
  }
}

/** Puts in every group that must be there, so that what is in it gets its default or is missed by its own name. */
function addRequiredGroups(tree: SettingsTree, shape: Shape): void {
  for (const key of new Set([...shape.keys.keys(), ...tree.keys()])) {
    const inner = shapeAt(shape, [key])
    const at = tree.get(key)
    const isNeeded = at === undefined && shape.required.has(key)
    if (inner?.kind === 'group' && (isNeeded || at instanceof Map)) {
      addRequiredGroups(groupAt(tree, [key]), inner)
    }
  }
}

/** Puts everything in. The file of a group is read at once, for what counts for more may set only a part of it. */
async function putSettings(
  settings: readonly Setting[],
  shape: Shape | undefined,
  issues: ValidationIssue[],
): Promise<SettingsTree> {
  const tree: SettingsTree = new Map()
  for (const [index, setting] of settings.entries()) {
    const { path, value, source } = setting
    const isFile = value instanceof FileReference && shape && shapeAt(shape, path)?.kind === 'group'
    const isSame = (later: Setting) => later.path.join('.') === path.join('.')
    if (isFile && settings.slice(index + 1).some(isSame)) continue
    const content = isFile ? await readReference(value, setting, shape, issues) : value
    if (content === undefined) put(tree, { ...setting, value: content })
    for (const one of settingsIn(content, path, source)) put(tree, one)
  }
  return tree
}

/** Replaces each reference to a file by what the file says; what cannot be read is then not there. */
async function readReferences(
  tree: SettingsTree,
  shape: Shape | undefined,
  issues: ValidationIssue[],
): Promise<void> {
  const settings = [...settingsOf(tree)].sort((a, b) => (a.source.name < b.source.name ? -1 : 1))
  for (const setting of settings) {
    const { value } = setting
    if (!(value instanceof FileReference)) continue
    put(tree, { ...setting, value: await readReference(value, setting, shape, issues) })
  }
}

/** What a file says of a setting; one that cannot be read is an issue. */
async function readReference(
  { file }: FileReference,
  { path, source }: Setting,
  shape: Shape | undefined,
  issues: ValidationIssue[],
): Promise<unknown> {
  const read = await readText(file)
  if ('text' in read) return decode(read.text.replace(/\r?\n$/, ''), shape && shapeAt(shape, path))
  const message = 'problem' in read ? `names a file that ${read.problem}` : 'names a file that is not there'
  issues.push({ path: source.name, message, code: 'unreadable' })
  return undefined
}

/** Whether the schema complains of a key that is not set. */
function isAsked(
  path: readonly string[],
  tree: SettingsTree,
  issues: readonly StandardSchemaIssue[] | undefined,
): boolean {
  if (issues === undefined || find(tree, path) !== undefined) return false
  return issues.some((issue) => pathOf(issue).join('.') === path.join('.'))
}

/** By what an issue is put into words. */
interface Wording {
  readonly naming: Naming
  readonly mask: Mask
  readonly shape: Shape | undefined
}

/** An issue under the name of its variable; what lies within a variable's value has its place in a list at most. */
function toIssue(
  issue: StandardSchemaIssue,
  tree: SettingsTree,
  { naming, mask, shape }: Wording,
): ValidationIssue {
  const path = pathOf(issue)
  const at = find(tree, path)
  const setting: Setting | undefined = at instanceof Map ? undefined : at
  const own = setting?.path ?? path
  const within = path.slice(own.length).filter((step) => /^\d+$/.test(step))
  const isMissing = at === undefined && path.length > 0
  const isJson = setting === undefined || !isBroken(setting, shape && shapeAt(shape, own))
  const message = isJson ? mask.apply(issue.message, setting?.value) : 'cannot be read as JSON'
  return {
    path: path.length === 0 ? '' : [variableOf(own, naming), ...within].join('.'),
    message: isMissing ? `is not set: ${message}` : message,
    code: isMissing ? 'missing' : 'invalid',
  }
}
