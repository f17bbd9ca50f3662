import { parseArgs } from 'node:util'
import { AXES, type Axis, CHOICES, type Choices } from './choices.js'
import { UsageError } from './usage-error.js'

/** What was said on the command line. */
export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'create'
      /** Where the service is to be. */
      readonly folder: string | undefined
      readonly choices: Partial<Choices>
      /** Whether nothing is asked. */
      readonly yes: boolean
    }

const OPTIONS = {
  database: { type: 'string' },
  cache: { type: 'string' },
  auth: { type: 'string' },
  observability: { type: 'string' },
  yes: { type: 'boolean', short: 'y', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const satisfies Record<Axis, object> & Record<string, object>

/**
 * A `--`, which pnpm and yarn pass on, says nothing.
 *
 * @throws UsageError naming the option, what it takes, and what came.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const [folder, ...more] = positionals
  if (more.length > 0) throw new UsageError(`There can be one folder, received also "${more.join('", "')}".`)
  const choices = Object.fromEntries(
    AXES.flatMap((axis) => {
      const value = values[axis]
      return value === undefined ? [] : [[axis, choiceOf(axis, value)]]
    }),
  )
  // A variable of a shell that is not set: it names nothing, least of all the folder that we stand in.
  return { kind: 'create', folder: folder || undefined, choices, yes: values.yes }
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: OPTIONS,
      allowPositionals: true,
      tokens: true,
    })
    refuseTwice(tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])))
    return { values, positionals }
  } catch (error) {
    if (!isParseError(error)) throw error
    const [what = ''] = error.message.split(/\. |\n/)
    const known = Object.keys(OPTIONS).map((name) => `--${name}`)
    throw new UsageError(`${what.replace(/\.$/, '')}. The options are ${known.join(', ')}.`)
  }
}

/** The second would win, and the first be forgotten without a word. */
function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw new UsageError(`--${twice} is there twice.`)
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

function choiceOf(axis: Axis, value: string): string {
  const allowed: readonly string[] = CHOICES[axis]
  if (allowed.includes(value)) return value
  throw new UsageError(`--${axis} must be ${inWords(allowed)}, received "${value}".`)
}

function inWords(values: readonly string[]): string {
  return [values.slice(0, -1).join(', '), values.at(-1)].join(' or ')
}
