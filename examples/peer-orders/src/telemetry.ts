import pino, { type Logger } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
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

/** What the parts of the service count. */
export interface Meters {
  /** Where metrics are asked for. */
  readonly registry: Registry
  readonly cacheRequests: Counter<'outcome'>
  readonly limitRefusals: Counter<'limit'>
  /** 0 closed, 1 open, 2 half open. */
  readonly paymentCircuit: Gauge
  readonly paymentRetries: Counter
}

/** The metrics of the process and of the service. */
export function createMeters(): Meters {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    cacheRequests: new Counter({
      name: 'item_cache_requests_total',
      help: 'Reads of items, by hit and miss.',
      labelNames: ['outcome'],
      registers,
    }),
    limitRefusals: new Counter({
      name: 'rate_limit_refusals_total',
      help: 'Attempts that came too often, by limit.',
      labelNames: ['limit'],
      registers,
    }),
    paymentCircuit: new Gauge({
      name: 'payment_circuit_state',
      help: 'The circuit of the payment gateway: 0 closed, 1 open, 2 half open.',
      registers,
    }),
    paymentRetries: new Counter({
      name: 'payment_retries_total',
      help: 'Calls of the payment gateway that were made again.',
      registers,
    }),
  }
}
