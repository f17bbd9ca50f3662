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

/** One validation: reads the files that count, and asks the schema. */
export class Validation {
  readonly #schema: StandardSchemaV1
  readonly #naming: Naming
  readonly #shape: Shape | undefined
  readonly #tree: SettingsTree = new Map()
  readonly #issues: ValidationIssue[] = []

  constructor(schema: StandardSchemaV1, naming: Naming, shape: Shape | undefined) {
    this.#schema = schema
    this.#naming = naming
    this.#shape = shape
  }

  async run({ settings, candidates }: Sources): Promise<Validated> {
    const tree = this.#tree
    await this.#putIn(settings)
    if (this.#shape !== undefined) addRequiredGroups(tree, this.#shape)
    for (const { path } of candidates) {
      if (find(tree, path) === undefined) groupAt(tree, path.slice(0, -1))
    }
    let result = await this.#ask()
    const asked = candidates.filter(({ path }) => this.#isAsked(path, result.issues))
    if (asked.length > 0) {
      for (const setting of asked) put(tree, setting)
      result = await this.#ask()
    }
    const mask = new Mask(toInput(tree), publishedTexts(this.#shape))
    const unreadable = this.#issues.map(({ path }) => path.toUpperCase())
    for (const issue of result.issues ?? []) {
      const named = this.#toIssue(issue, mask)
      // What could not be read is not also missing.
      if (!unreadable.includes(`${named.path}_FILE`.toUpperCase())) this.#issues.push(named)
    }
    const sources = [...settingsOf(tree)].map(({ path, source }) => [path.join('.'), source] as const)
    return {
      value: result.issues ? undefined : result.value,
      issues: this.#issues,
      sources: new Map(sources),
    }
  }

  /** Puts everything in. The file of a group is read at once, for what counts for more may set only a part of it. */
  async #putIn(settings: readonly Setting[]): Promise<void> {
    for (const [index, setting] of settings.entries()) {
      const { path, value, source } = setting
      const isGroupFile = value instanceof FileReference && shapeAt(this.#shape, path)?.kind === 'group'
      const isSame = (later: Setting) => later.path.join('.') === path.join('.')
      if (isGroupFile && settings.slice(index + 1).some(isSame)) continue
      const content = isGroupFile ? await this.#read(value, setting) : value
      if (content === undefined) put(this.#tree, { path, value: content, source })
      for (const one of settingsIn(content, path, source)) put(this.#tree, one)
    }
  }

  /** What the schema says. What its own code throws may hold a value, so it is an issue without its text. */
  async #ask(): Promise<StandardSchemaResult<unknown>> {
    await this.#readReferences()
    const input = toInput(this.#tree)
    try {
      return await this.#schema['~standard'].validate(input)
    } catch {
      this.#issues.push({ path: '', message: THREW, code: 'invalid' })
      return { issues: [] }
    }
  }

  /** Replaces each reference to a file by what the file says; what cannot be read is then not there. */
  async #readReferences(): Promise<void> {
    const settings = [...settingsOf(this.#tree)].sort((a, b) => (a.source.name < b.source.name ? -1 : 1))
    for (const setting of settings) {
      const { value } = setting
      if (!(value instanceof FileReference)) continue
      put(this.#tree, { ...setting, value: await this.#read(value, setting) })
    }
  }

  /** What a file says of a setting; one that cannot be read is an issue. */
  async #read({ file }: FileReference, { path, source }: Setting): Promise<unknown> {
    const read = await readText(file)
    if ('text' in read) return decode(read.text.replace(/\r?\n$/, ''), shapeAt(this.#shape, path))
    const message = `names a file that ${read.problem}`
    this.#issues.push({ path: source.name, message, code: 'unreadable' })
    return undefined
  }

  /** Whether the schema complains of a key that is not set. */
  #isAsked(path: readonly string[], issues: readonly StandardSchemaIssue[] = []): boolean {
    if (find(this.#tree, path) !== undefined) return false
    return issues.some((issue) => pathOf(issue).join('.') === path.join('.'))
  }

  /** An issue under the name of its variable; what lies within a variable's value has its place in a list at most. */
  #toIssue(issue: StandardSchemaIssue, mask: Mask): ValidationIssue {
    const path = pathOf(issue)
    const at = find(this.#tree, path)
    const setting = at instanceof Map ? undefined : at
    const own = setting?.path ?? path
    const within = path.slice(own.length).filter((step) => /^\d+$/.test(step))
    const isMissing = at === undefined && path.length > 0
    const isJson = setting === undefined || !isBroken(setting, shapeAt(this.#shape, own))
    const message = isJson ? mask.apply(issue.message, setting?.value) : 'cannot be read as JSON'
    return {
      path: path.length === 0 ? '' : [variableOf(own, this.#naming), ...within].join('.'),
      message: isMissing ? `is not set: ${message}` : message,
      code: isMissing ? 'missing' : 'invalid',
    }
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
