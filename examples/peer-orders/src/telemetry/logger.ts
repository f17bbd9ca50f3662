import pino, { type Logger } from 'pino'
import type { Config } from '../config.ts'
import { withoutValues } from '../database/errors.ts'
import { requestScope } from './request-scope.ts'

/** What no line shows, should somebody log it. No wildcards: each costs some 10 µs a line. */
const SECRET = [
  ...['password', 'refreshToken', 'accessToken', 'authorization', 'cookie'],
  ...['headers.authorization', 'headers.cookie', 'body.password', 'body.refreshToken'],
]

/** How many lines are kept of a request; the latest are. */
const MOST_KEPT = 100

const LEVELS = pino.levels.values as Record<Config['LOG_LEVEL'], number>

/**
 * The log of the process, on the standard output. Lines of a request that are below the level are kept, and written before one
 * that tells of an error.
 */
export function createLogger({ LOG_LEVEL, NODE_ENV }: Pick<Config, 'LOG_LEVEL' | 'NODE_ENV'>): Logger {
  const printed = LEVELS[LOG_LEVEL]
  let keptAt: number | undefined
  return pino(
    {
      level: printed < LEVELS.debug ? LOG_LEVEL : 'debug',
      base: { 'service.name': 'peer-orders', ...(NODE_ENV !== undefined && { environment: NODE_ENV }) },
      serializers: { err: (error: Error) => pino.stdSerializers.err(withoutValues(error) as Error) },
      redact: SECRET,
      mixin: () => ({ ...requestScope.getStore()?.ids }),
      timestamp: () => `,"time":${keptAt ?? Date.now()}`,
      hooks: {
        logMethod(args, method, level) {
          const kept = requestScope.getStore()?.kept
          if (level < printed) {
            const at = Date.now()
            kept?.push(() => {
              keptAt = at
              method.apply(this, args)
              keptAt = undefined
            })
            if (kept !== undefined && kept.length > MOST_KEPT) kept.shift()
            return
          }
          if (level >= LEVELS.error) for (const write of kept?.splice(0) ?? []) write()
          method.apply(this, args)
        },
      },
    },
    pino.destination({ dest: 1, sync: false }),
  )
}
