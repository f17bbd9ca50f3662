import { existsSync, readFileSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** The password of the demo users where none is set: known to all, and so for this machine alone. */
export const KNOWN_PASSWORD = 'analytical-engine'

/** Settings that may come from a file that `{NAME}_FILE` names. */
const SECRETS = ['DATABASE_URL', 'REDIS_URL', 'DEMO_PASSWORD']

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SPANS = { second: 1, minute: 60, hour: 3_600, day: 86_400 }

const PORT = 'must be a whole number from 0 to 65535'

/** How many in how many seconds. */
export interface Limit {
  readonly points: number
  readonly duration: number
}

const text = () => z.string().min(1, 'must not be empty')
const httpUrl = () => z.url({ protocol: /^https?$/, error: 'must be an http URL' })

function port(fallback: number) {
  return z
    .string()
    .regex(/^\d{1,5}$/, PORT)
    .transform(Number)
    .refine((number) => number <= 65_535, PORT)
    .default(fallback)
}

/** A time such as `500ms`, in milliseconds. */
function duration(fallback: number, min = 1, max = Number.POSITIVE_INFINITY) {
  return z
    .string()
    .transform((value, { addIssue }) => {
      const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value) ?? []
      const time = Number(amount) * UNITS[unit as keyof typeof UNITS]
      if (time >= min && time <= max) return time
      const limits = `${min > 0 ? ', more than 0' : ''}${max < Number.POSITIVE_INFINITY ? ' and at most 24 days' : ''}`
      addIssue(`must be a duration such as '500ms' or '5s'${limits}`)
      return z.NEVER
    })
    .default(fallback)
}

/** A limit such as `100/minute` or `10/30s`; in whole seconds, as the limiter counts. */
function limit(fallback: Limit) {
  return z
    .string()
    .transform((value, { addIssue }): Limit => {
      const [, points, span, amount, unit] =
        /^([1-9]\d{0,8})\/(?:(second|minute|hour|day)|(\d+)(s|m|h|d))$/.exec(value) ?? []
      const seconds = span
        ? SPANS[span as keyof typeof SPANS]
        : (Number(amount) * UNITS[unit as keyof typeof UNITS]) / 1_000
      if (seconds >= 1) return { points: Number(points), duration: seconds }
      addIssue("must be a limit such as '100/minute' or '10/30s'")
      return z.NEVER
    })
    .default(fallback)
}

const Settings = z.object({
  PORT: port(3000),
  HOST: text().default('127.0.0.1'),
  /** Metrics and probes with details: for whoever runs the service. */
  OPS_PORT: port(9464),
  OPS_HOST: text().default('127.0.0.1'),
  /** Lines below it are kept, and written when their request logs an error. */
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error')
    .default('info'),
  /** The collector that spans are sent to; without it traces are ids alone. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl().optional(),
  OTEL_SDK_DISABLED: z
    .string()
    .default('false')
    .transform((value) => value.toLowerCase() === 'true'),
  /** The folder of PGlite; `memory://` keeps nothing. */
  DATA_DIR: text().default(fileURLToPath(new URL('../data', import.meta.url))),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a URL such as postgres://user:password@host/database',
    })
    .optional(),
  /** How long the database of a server may take for an answer. */
  DATABASE_TIMEOUT: duration(10_000, 1, 2 ** 31 - 1),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL such as redis://user:password@host:6379' })
    .optional(),
  REDIS_TIMEOUT: duration(500),
  /** How long it still answers after SIGTERM, while `/health/ready` already says no. */
  DRAIN_DELAY: duration(0, 0),
  PAYMENT_URL: httpUrl().default('http://127.0.0.1:3001'),
  PAYMENT_TIMEOUT: duration(2_000),
  PAYMENT_RECOVERY: duration(5_000),
  /** The `iss` of access tokens; where it listens, if unset. */
  ISSUER: httpUrl().optional(),
  NODE_ENV: z.string().optional(),
  DEMO_PASSWORD: z
    .string()
    .min(15, 'must have at least 15 characters')
    .max(1_024, 'must have at most 1024 characters')
    .optional(),
  SIGN_IN_LIMIT: limit({ points: 30, duration: 60 }),
  ORDER_LIMIT: limit({ points: 6_000, duration: 60 }),
})

const Config = Settings.superRefine(({ HOST, NODE_ENV, ISSUER, DEMO_PASSWORD }, { addIssue }) => {
  if (NODE_ENV !== 'production' && /^(localhost|::1|127(\.\d{1,3}){3})$/.test(HOST)) return
  const refuse = (name: string, message: string) => addIssue({ code: 'custom', path: [name], message })
  if (DEMO_PASSWORD === KNOWN_PASSWORD) refuse('DEMO_PASSWORD', 'must not be the one that is known to all')
  for (const [name, value] of Object.entries({ ISSUER, DEMO_PASSWORD }))
    if (value === undefined)
      refuse(name, 'is needed in production, and where HOST is not of this machine alone')
})

export type Config = Readonly<z.infer<typeof Config>>

/** What a person is told who starts the service with wrong settings: no stack helps. */
export class StartError extends Error {}

/** The settings from the environment, and from `.env` for what is not set there. @throws StartError naming every wrong one. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  if (env === process.env && existsSync('.env')) loadEnvFile()
  const problems: string[] = []
  const values: Record<string, string | undefined> = { ...env }
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`]
    if (file === undefined) continue
    if (env[name] !== undefined) problems.push(`${name}_FILE: is set beside ${name}`)
    try {
      values[name] = readFileSync(file, 'utf8').trimEnd()
    } catch (error) {
      problems.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code})`)
    }
  }
  const parsed = Config.safeParse(values)
  for (const { path, message } of parsed.error?.issues ?? []) problems.push(`${path.join('.')}: ${message}`)
  if (parsed.success && problems.length === 0) return parsed.data
  throw new StartError(`The configuration is not valid:\n${problems.map((each) => `  ${each}`).join('\n')}`)
}
