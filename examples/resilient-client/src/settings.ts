import { parseArgs } from 'node:util'
import { ValidationError } from '@base/core/errors'

/** How a run is made. */
export interface Settings {
  readonly seed: number
}

/** What the command line says. @throws ValidationError that says what may be given. */
export function readSettings(args: readonly string[]): Settings {
  const { seed } = parse(args)
  if (/^\d{1,15}$/.test(seed)) return { seed: Number(seed) }
  throw wrong(`--seed must be a whole number from 0, received ${seed}.`)
}

function parse(args: readonly string[]): { seed: string } {
  try {
    const options = { seed: { type: 'string', default: '1' } } as const
    // pnpm hands on the `--` that npm takes away.
    return parseArgs({ args: args.filter((arg) => arg !== '--'), options }).values
  } catch (error) {
    throw wrong((error as Error).message)
  }
}

function wrong(message: string): ValidationError {
  return new ValidationError({ issues: [{ path: '--seed', message }] })
}
