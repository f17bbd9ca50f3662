import { fileURLToPath } from 'node:url'
import { openidConfiguration } from '@base/auth/tokens'
import { type Duration, isDuration, toMilliseconds } from '@base/core/duration'
import { attempt } from '@base/core/result'
import { isSecret, secret } from '@base/core/secret'
import { RateLimiter, type RateLimitText } from '@base/resilience/rate-limiter'
import { z } from 'zod'
import { KNOWN_PASSWORD } from './accounts/demo-accounts.ts'
import { readFieldKeys } from './encryption/field-keys.ts'

const ISSUER = 'must be an https URL, or an http one of this machine, without query and fragment'
const FIELD_KEYS = "must be 'id:key', and more of them after commas, each key 32 bytes in base64url"
const RATE_LIMIT = "must be a limit such as '100/minute' or '10/30s'"
const PORT = 'must be a whole number from 0 to 65535'

/** What is longer than 24.8 days is none to node-postgres and PostgreSQL. */
const MOST_OF_A_TIMER = '24d'
/** A stop takes 30 s at most, and connections on which nobody asks have six of them. */
const MOST_OF_A_DRAIN = '20s'

const Settings = z.object({
  /** Where it listens; 0 takes a free port. */
  port: port().default(3000),
  /** The address it binds. Loopback unless told otherwise: what is the shop's own is open to all who reach it. */
  host: text().default('127.0.0.1'),
  /** Where it tells how it is, `/metrics` and probes with all details; 0 takes a free port. */
  opsPort: port().default(9464),
  /** The address for that. Whoever reaches it reads it: keep it from callers. */
  opsHost: text().default('127.0.0.1'),
  /** How lines are laid out: as those of pino, or by the Elastic Common Schema. */
  logFormat: z.enum(['json', 'ecs'], 'must be json or ecs').default('json'),
  /** Lines below it are kept, and printed when their request logs an error. */
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error')
    .default('info'),
  /** The collector of OpenTelemetry that traces and metrics are sent to; without it traces are ids alone. */
  otelExporterOtlpEndpoint: url().optional(),
  /** The folder of the database, made if missing; `memory://` keeps nothing. */
  dataDir: text().default(fileURLToPath(new URL('../data', import.meta.url))),
  /** A database on a PostgreSQL server; without it one is kept in `dataDir`. */
  databaseUrl: url(/^postgres(ql)?$/, 'must be a URL such as postgres://user:password@host/database')
    .transform(secret)
    .optional(),
  /** How long the database of a server may take for an answer. */
  databaseTimeout: duration(1, MOST_OF_A_TIMER).default('10s'),
  /** A Redis, where instances share what each would else keep for itself. */
  redisUrl: url(/^rediss?$/, 'must be a URL such as redis://user:password@host:6379/0', isOfRedis)
    .transform(secret)
    .optional(),
  /** How long Redis may take for an answer. */
  redisTimeout: duration(1).default('500ms'),
  /** How long it still answers after SIGTERM, while `/health/ready` already says no. */
  drainDelay: duration(0, MOST_OF_A_DRAIN).default('0ms'),
  /** Where the payment gateway answers; without it one is started beside the service. */
  paymentUrl: url(/^https?$/, 'must be an http URL without user, query and fragment', isBase).optional(),
  /** How long one attempt to take or return a payment may take. */
  paymentTimeout: duration(1).default('2s'),
  /** How long a gateway that keeps failing is left alone. */
  paymentRecovery: duration(1).default('5s'),
  /** The URL under which callers reach it, the `iss` of every access token; without it where it listens. */
  issuer: takenBy((issuer) => openidConfiguration({ issuer }), ISSUER).optional(),
  /** The keys of what is encrypted in the database, `id:key` each, the newest first; without them one that is known to all. */
  fieldKeys: takenBy(readFieldKeys, FIELD_KEYS).transform(secret).optional(),
  /** `production` refuses what is known to all. */
  nodeEnv: z.string().optional(),
  /** A provider of OpenID Connect to sign in with, as it calls itself; without it there is none. */
  oidcIssuer: url().optional(),
  /** Who the service is there; needed with `oidcIssuer`. */
  oidcClientId: text().optional(),
  /** How it proves that; without it by the code challenge alone. */
  oidcClientSecret: text().transform(secret).optional(),
  /** The password of the demo users; without it one that is known to all. */
  demoPassword: z
    .string()
    .min(15, 'must have at least 15 characters')
    .max(1_024, 'must have at most 1024 characters')
    .transform(secret)
    .optional(),
  /** How often an address may try to sign in. */
  signInLimit: rateLimit().default('30/minute'),
  /** How many orders a customer may try to place in a time, and as many at once. */
  orderLimit: rateLimit().default('6000/minute'),
})

/** The settings of the service, each from the variable of its name: `dataDir` from `DATA_DIR`. */
export const Config = Settings.superRefine(checkTogether, { when: () => true })

/** What settings need of each other; asked also where one is wrong, which then is the text that it was. */
function checkTogether(settings: z.output<typeof Settings>, { addIssue }: z.RefinementCtx): void {
  const { host, issuer, demoPassword, fieldKeys, oidcIssuer, oidcClientId } = settings
  const refuse = (name: string, message: string) => addIssue({ code: 'custom', path: [name], message })
  if (oidcIssuer !== undefined && oidcClientId === undefined)
    refuse('oidcClientId', 'is needed with OIDC_ISSUER')
  if (host === '' || isForDevelopment(settings)) return
  if (isSecret(demoPassword) && demoPassword.equals(KNOWN_PASSWORD))
    refuse('demoPassword', 'must not be the one that is known to all')
  for (const [name, value] of Object.entries({ issuer, demoPassword, fieldKeys }))
    if (value === undefined)
      refuse(name, 'is needed where NODE_ENV says so, and where HOST is not of this machine alone')
}

/** Whether nobody but its developer can reach the service: then passwords and keys may be known, and letters printed. */
export function isForDevelopment({ host, nodeEnv }: { host: string; nodeEnv?: string | undefined }): boolean {
  return nodeEnv !== 'production' && /^(localhost|::1|127(\.\d{1,3}){3})$/.test(host)
}

function text() {
  return z.string().min(1, 'must not be empty')
}

function url(protocol = /^https?$/, error = 'must be an http URL', fits = (_: URL) => true) {
  return z.url({ protocol, error, abort: true }).refine((text) => fits(new URL(text)), error)
}

/** Whether paths can be put behind it; fetch takes no user and password in it either. */
function isBase({ username, password, href }: URL): boolean {
  return username + password === '' && !/[?#]/.test(href)
}

/** Whether a client can read it: what is wrong here it would not say before it is connected. */
function isOfRedis({ href, pathname }: URL): boolean {
  return attempt(() => decodeURIComponent(href)).ok && /^\/?\d*$/.test(pathname)
}

/** A text that is read without an error: whoever takes it in the end says what is one. */
function takenBy(read: (text: string) => unknown, message: string) {
  return z.string().refine((text) => attempt(() => read(text)).ok, message)
}

function port() {
  return z
    .string()
    .regex(/^\d{1,5}$/, PORT)
    .transform(Number)
    .refine((number) => number <= 65_535, PORT)
}

function rateLimit() {
  const read = (text: string) => new RateLimiter({ policies: text as RateLimitText })
  return takenBy(read, RATE_LIMIT).transform((text) => text as RateLimitText)
}

function duration(min: number, max?: Duration) {
  const most = max === undefined ? Number.POSITIVE_INFINITY : toMilliseconds(max)
  const fits = (text: string) =>
    isDuration(text) && toMilliseconds(text) >= min && toMilliseconds(text) <= most
  const bounds = `${min > 0 ? ', more than 0' : ''}${max === undefined ? '' : `, at most ${max}`}`
  return z
    .string()
    .refine(fits, `must be a duration such as '500ms' or '5s'${bounds}`)
    .transform((text) => text as Duration)
}

export type Config = Readonly<z.infer<typeof Config>>
