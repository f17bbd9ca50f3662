import { UnsupportedError } from '../errors/errors.js'
import type { ValidationIssue } from '../errors/validation-issue.js'
import { invalidOption } from '../options/options.js'
import { parseDotenv } from './dotenv.js'
import type { Naming } from './names.js'
import { fileSystem, readText } from './read-text.js'
import { type Setting, settingsIn } from './settings-tree.js'
import { isKnown, type Shape } from './shape.js'
import { readVariables, type VariableSettings, type Variables } from './variables.js'

/** The options that say where settings come from. */
export interface SourceOptions {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly files?: readonly string[] | undefined
  readonly values?: unknown
  readonly emptyStringAsUndefined?: boolean | undefined
}

/** What all sources say together. */
export interface Sources extends VariableSettings {
  /** What cannot be read. */
  readonly issues: readonly ValidationIssue[]
}

const DEFAULT_FILES: readonly string[] = ['.env']

/** Reads every source, the weakest first, and lets each count over those before it. */
export async function readSources(
  options: SourceOptions,
  naming: Naming,
  shape: Shape | undefined,
): Promise<Sources> {
  const env = setOf(Object.entries(options.env ?? globalThis.process?.env ?? {}), options)
  const isAmbient = options.env === undefined && naming.prefix === ''
  const issues: ValidationIssue[] = []
  const variables = await readFiles(options, env, issues)
  variables.push({ values: env, source: { source: 'env' }, isAmbient })
  const read = variables.map((one) => readVariables(one, naming, shape))
  const values = [...explicit(options.values)]
  const strange = values.filter(({ path }) => !isKnown(path, shape))
  return {
    settings: [...read.flatMap(({ settings }) => settings), ...values],
    candidates: read.flatMap(({ candidates }) => candidates),
    unknown: [
      ...read.flatMap(({ unknown }) => unknown),
      ...strange.map(({ source }) => ({ name: source.name, isAmbient: false })),
    ],
    issues,
  }
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
    if ('problem' in found) {
      if (!found.isMissing) issues.push({ path: file, message: found.problem, code: 'unreadable' })
      continue
    }
    const { variables, problems } = parseDotenv(found.text, (name) => env.get(name) ?? above.get(name))
    for (const { line, message } of problems) {
      issues.push({ path: `${file}:${line}`, message, code: 'unreadable' })
    }
    const values = setOf(variables, options)
    for (const [name, value] of values) above.set(name, value)
    read.push({ values, source: { source: 'file', file }, isAmbient: false })
  }
  return read
}

function* explicit(values: unknown): Generator<Setting> {
  // Copied, for as the root an object of a class is a group as well.
  const root = { ...(values as object | undefined) }
  for (const { path, value } of settingsIn(root, [], { source: 'values', name: '' })) {
    if (path.includes('__proto__')) {
      const place = { package: '@base/core', pattern: 'loadConfig', option: 'a key of values' }
      throw invalidOption('__proto__', place, 'other than __proto__')
    }
    yield { path, value, source: { source: 'values', name: path.join('.') } }
  }
}
