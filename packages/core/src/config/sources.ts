import { UnsupportedError } from '../errors/errors.js'
import type { ValidationIssue } from '../errors/validation-issue.js'
import { invalidOption } from '../options/options.js'
import { parseDotenv } from './dotenv.js'
import type { Naming } from './names.js'
import { fileSystem, readText } from './read-text.js'
import { type Setting, settingsIn } from './settings-tree.js'
import { isKnown, type Shape } from './shape.js'
import { readVariables, type Variables } from './variables.js'

/** The options that say where settings come from. */
export interface SourceOptions {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly files?: readonly string[] | undefined
  readonly values?: unknown
  readonly emptyStringAsUndefined?: boolean | undefined
}

/** What all sources say together. */
export interface Sources {
  /** In the order in which they count. */
  readonly settings: readonly Setting[]
  /** For each `X_FILE` the X that it may stand for; see {@link readVariables}. */
  readonly candidates: readonly Setting[]
  /** Names that the schema does not have. */
  readonly unknown: readonly UnknownName[]
  /** What cannot be read. */
  readonly issues: readonly ValidationIssue[]
}

/** A name that the schema does not have. */
export interface UnknownName {
  readonly name: string
  /** Whether it is a variable of the process that may be for anybody. */
  readonly isAmbient: boolean
}

const DEFAULT_FILES: readonly string[] = ['.env']

/** Reads every source, the weakest first, and lets each count over those before it. */
export async function readSources(
  options: SourceOptions,
  naming: Naming,
  shape: Shape | undefined,
): Promise<Sources> {
  const env = setOf(Object.entries(options.env ?? globalThis.process?.env ?? {}), options)
  const issues: ValidationIssue[] = []
  const variables: Variables[] = await readFiles(options, env, issues)
  variables.push({ values: env, source: { source: 'env' } })

  const settings: Setting[] = []
  const candidates: Setting[] = []
  const unknown: UnknownName[] = []
  for (const one of variables) {
    const read = readVariables(one, naming, shape)
    for (const setting of read.settings) settings.push(setting)
    candidates.push(...read.candidates)
    const isAmbient = one.values === env && options.env === undefined && naming.prefix === ''
    unknown.push(...read.unknown.map((name) => ({ name, isAmbient })))
  }
  for (const setting of explicit(options.values)) {
    settings.push(setting)
    if (shape !== undefined && !isKnown(setting.path, shape)) {
      unknown.push({ name: setting.path.join('.'), isAmbient: false })
    }
  }
  return { settings, candidates, unknown, issues }
}

/** Those variables that are set. */
function setOf(
  variables: Iterable<readonly [name: string, value: string | undefined]>,
  { emptyStringAsUndefined }: SourceOptions,
): ReadonlyMap<string, string> {
  const set = [...variables].filter(
    ([, value]) => value !== undefined && !(emptyStringAsUndefined && value === ''),
  )
  return new Map(set.map(([name, value]) => [name, String(value)]))
}

async function readFiles(
  options: SourceOptions,
  env: ReadonlyMap<string, string>,
  issues: ValidationIssue[],
): Promise<Variables[]> {
  const { files } = options
  if (fileSystem() === undefined) {
    if (files === undefined || files.length === 0) return []
    throw new UnsupportedError({
      message: '@base/core loadConfig: there is no file system here, so files must be [].',
    })
  }
  const read: Variables[] = []
  const above = new Map<string, string>()
  for (const file of files ?? DEFAULT_FILES) {
    const found = await readText(file)
    if ('problem' in found) issues.push({ path: file, message: found.problem, code: 'unreadable' })
    if (!('text' in found)) continue
    const { variables, problems } = parseDotenv(found.text, (name) => env.get(name) ?? above.get(name))
    for (const { line, message } of problems) {
      issues.push({ path: `${file}:${line}`, message, code: 'unreadable' })
    }
    const values = setOf(variables, options)
    for (const [name, value] of values) above.set(name, value)
    read.push({ values, source: { source: 'file', file } })
  }
  return read
}

function* explicit(values: unknown): Generator<Setting> {
  for (const setting of settingsIn(values ?? {}, [], { source: 'values', name: '' })) {
    const name = setting.path.join('.')
    if (setting.path.includes('__proto__')) {
      const place = { package: '@base/core', pattern: 'loadConfig', option: 'a key of values' }
      throw invalidOption('__proto__', place, 'other than __proto__')
    }
    yield { ...setting, source: { source: 'values', name } }
  }
}
