import { fileURLToPath } from 'node:url'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { z } from 'zod'
import { validateSync } from './http/validate.ts'

/** What the environment may set, as texts. An empty variable counts as unset. */
const Environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a whole number from 0 to 65535')
    .default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default(fileURLToPath(new URL('../data', import.meta.url))),
  DRAIN_DELAY: z
    .string()
    .refine(isDuration, "must be a duration such as '500ms' or '5s'")
    .transform((text) => toMilliseconds(text as Duration))
    .default(0),
})

/** The settings of the service, checked. */
export interface Config {
  /** Where it listens; 0 takes a free port. */
  readonly port: number
  /** The address it binds. Loopback unless told otherwise: nobody has to log in here. */
  readonly host: string
  /** The folder of the database, made if missing; `memory://` keeps nothing. */
  readonly dataDir: string
  /** Milliseconds between SIGTERM and the end of listening, in which `/health/ready` already says no. */
  readonly drainDelay: number
}

/**
 * Reads PORT, HOST, DATA_DIR and DRAIN_DELAY.
 *
 * @throws ValidationError with every problem, each named by its variable.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { PORT, HOST, DATA_DIR, DRAIN_DELAY } = validateSync(Environment, set)
  return { port: PORT, host: HOST, dataDir: DATA_DIR, drainDelay: DRAIN_DELAY }
}

function isDuration(text: string): boolean {
  try {
    toMilliseconds(text as Duration)
    return true
  } catch {
    return false
  }
}
