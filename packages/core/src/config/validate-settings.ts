import type { ValidationIssue } from '../errors/validation-error.js'
import { pathOf } from '../schema/issues.js'
import type { StandardSchemaIssue, StandardSchemaV1 } from '../schema/standard-schema.js'
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
  settingsOf,
  toInput,
} from './settings-tree.js'
import { publishedTexts, type Shape, shapeAt } from './shape.js'
import type { ConfigSource } from './source-of.js'
import type { Sources } from './sources.js'
import { decode } from './variables.js'

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
  { tree, candidates }: Pick<Sources, 'tree' | 'candidates'>,
  naming: Naming,
  shape: Shape | undefined,
): Promise<Validated> {
  if (shape !== undefined) addRequiredGroups(tree, shape)
  for (const { path } of candidates) {
    if (find(tree, path) === undefined) groupAt(tree, path.slice(0, -1))
  }
  const issues = await readReferences(tree, shape)
  let result = await schema['~standard'].validate(toInput(tree))
  const asked = candidates.filter(({ path }) => isAsked(path, tree, result.issues))
  if (asked.length > 0) {
    for (const setting of asked) put(tree, setting)
    issues.push(...(await readReferences(tree, shape)))
    result = await schema['~standard'].validate(toInput(tree))
  }
  const mask = new Mask(toInput(tree), publishedTexts(shape))
  for (const issue of result.issues ?? []) {
    const named = toIssue(issue, tree, naming, mask)
    // What could not be read is not also missing.
    if (!issues.some(({ path }) => path === named.path || path === `${named.path}_FILE`)) issues.push(named)
  }
  const sources = [...settingsOf(tree)].map(({ path, source }) => [path.join('.'), source] as const)
  return { value: result.issues ? undefined : result.value, issues, sources: new Map(sources) }
}

/** Puts in every group that must be there, so that what is in it gets its default or is missed by its own name. */
function addRequiredGroups(tree: SettingsTree, shape: Shape, path: readonly string[] = []): void {
  for (const [key, inner] of shape.keys) {
    const at = tree.get(key)
    const isNeeded = at === undefined && shape.required.has(key)
    if (inner.kind !== 'group' || !(isNeeded || at instanceof Map)) continue
    addRequiredGroups(groupAt(tree, [key]), inner, [...path, key])
  }
}

/** Replaces each reference to a file by what the file says; what cannot be read is an issue, and then not there. */
async function readReferences(tree: SettingsTree, shape: Shape | undefined): Promise<ValidationIssue[]> {
  const issues: ValidationIssue[] = []
  const settings = [...settingsOf(tree)].sort((a, b) => (a.source.name < b.source.name ? -1 : 1))
  for (const setting of settings) {
    const { path, value, source } = setting
    if (!(value instanceof FileReference)) continue
    const read = await readText(value.file)
    const text = 'text' in read ? read.text.replace(/\r?\n$/, '') : undefined
    put(tree, { ...setting, value: text && decode(text, shape && shapeAt(shape, path)) })
    if (text !== undefined) continue
    const message = 'problem' in read ? `names a file that ${read.problem}` : 'names a file that is not there'
    issues.push({ path: source.name, message, code: 'unreadable' })
  }
  return issues
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

/** An issue under the name of its variable; what lies within a variable's value has its place in a list at most. */
function toIssue(
  issue: StandardSchemaIssue,
  tree: SettingsTree,
  naming: Naming,
  mask: Mask,
): ValidationIssue {
  const path = pathOf(issue)
  const at = find(tree, path)
  const setting: Setting | undefined = at instanceof Map ? undefined : at
  const own = setting?.path ?? path
  const within = path.slice(own.length).filter((step) => /^\d+$/.test(step))
  const isMissing = at === undefined && path.length > 0
  const message = mask.apply(issue.message, setting?.value)
  return {
    path: path.length === 0 ? '' : [variableOf(own, naming), ...within].join('.'),
    message: isMissing ? `is not set: ${message}` : message,
    code: isMissing ? 'missing' : 'invalid',
  }
}
