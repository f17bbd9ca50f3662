import pino, { type Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Config } from './config.ts'
import { withoutValues } from './database/errors.ts'

/** What no line shows, should somebody log it. No wildcards: each costs some 10 µs a line. */
const SECRET = [
  ...['password', 'refreshToken', 'accessToken', 'authorization', 'cookie'],
  ...['headers.authorization', 'headers.cookie', 'body.password', 'body.refreshToken'],
]

/** The log of the process, on the standard output. */
export function createLogger({ LOG_LEVEL, NODE_ENV }: Pick<Config, 'LOG_LEVEL' | 'NODE_ENV'>): Logger {
  return pino(
    {
      level: LOG_LEVEL,
      base: { 'service.name': 'peer-orders', ...(NODE_ENV !== undefined && { environment: NODE_ENV }) },
      serializers: { err: (error: Error) => pino.stdSerializers.err(withoutValues(error) as Error) },
      redact: SECRET,
    },
    pino.destination({ dest: 1, sync: false }),
  )
}

/** The metrics of the process. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
