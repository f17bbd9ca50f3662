import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import {
  checkFunction,
  checkInteger,
  checkMethods,
  checkOneOf,
  checkOptions,
  checkText,
} from '@base/core/options'
import { checkHeaders, checkUrl } from '../http/target.js'
import { HttpSink } from './http-sink.js'
import type { LogSink } from './log-sink.js'
import { bulk, NDJSON } from './shipping-format.js'

const PATTERN = { package: '@base/observability', pattern: 'shippingSink' } as const
const FORMATS = ['bulk', 'ndjson'] as const

/** Options of {@link shippingSink}. */
export interface ShippingSinkOptions {
  /** Where batches are posted: `https://logs.example.com/_bulk`. Without credentials: those are a header. */
  readonly url: string
  /** `'bulk'`: the bulk API of Elasticsearch and OpenSearch; `'ndjson'`: a line each. @defaultValue 'bulk' */
  readonly format?: 'bulk' | 'ndjson' | undefined
  /** The index or data stream of the bulk API; where there is none the address names it. */
  readonly index?: string | undefined
  /** Headers of each request, such as `authorization`. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Lines of a batch at most. From 1. @defaultValue 500 */
  readonly maxBatch?: number | undefined
  /** Bytes of a batch at most, with the actions of the bulk API, but for a single line that is longer. From 1. @defaultValue 1048576 (1 MiB) */
  readonly maxBatchSize?: number | undefined
  /** Bytes that wait while nobody takes them; lines beyond are dropped, and counted. From 1. @defaultValue 8388608 (8 MiB) */
  readonly maxPending?: number | undefined
  /** How long a line waits for others before it is sent, more than 0. @defaultValue '1s' */
  readonly interval?: Duration | undefined
  /** How long a request may take, more than 0. @defaultValue '10s' */
  readonly timeout?: Duration | undefined
  /** How long `close()`, a flush and the end of an idle process wait for what is left, more than 0. @defaultValue '5s' */
  readonly shutdownTimeout?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance for the pauses between attempts, from 0 up to but not 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/** A {@link LogSink} that sends lines over HTTP. */
export interface ShippingSink extends LogSink {
  /** Lines that wait, or are on their way. */
  readonly pending: number
}

/**
 * Ships lines over HTTP, in batches, behind the back of whoever logs: a collector that is slow or away never slows, stops or
 * ends the service.
 *
 * Lines are sent in order, one batch at a time, at least once: one whose answer was lost is sent again. A batch goes when it
 * is full, or its first line has waited for `interval`. After a broken connection, 429, 502, 503 and 504 it is sent again, after what
 * `Retry-After` says, 5 minutes at most, or a pause that doubles from 1 s to 30 s with jitter, for as long as it takes; single lines of a bulk
 * request likewise, and, in smaller batches until fifty in a row were taken (more after each vain try), a request whose answer is
 * cut or a page; a line alone of which five answers tell nothing is dropped. What else answers 2xx and is no bulk API is taken at its word, and a warning tells once. What is refused
 * otherwise is dropped; after 413 batches have half the bytes first, and grow again as after an answer that was cut. What no longer fits `maxPending` is dropped as it
 * comes. `dropped` counts, and a warning of the process (`LoggerWarning`) tells once, and why.
 *
 * Lines wait in memory, so `process.exit`, a crash and a signal that nobody handles lose those of the last interval: await
 * `close()` where the service stops, and write to the standard output too where none may be lost. A process that ends for it has nothing
 * more to do sends what is left first; what is not taken within `shutdownTimeout` is dropped.
 *
 * @example
 * const sink = shippingSink({
 *   url: 'https://logs.example.com/_bulk',
 *   index: 'logs-orders-production',
 *   headers: { authorization: `ApiKey ${apiKey}` },
 * })
 * const logger = createLogger({ service: 'orders-api', format: 'ecs', destination: sink })
 * await sink.close()
 *
 * @throws InvalidOptionError naming the option.
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export function shippingSink(options: ShippingSinkOptions): ShippingSink {
  const { format = 'bulk', index, headers = {} } = checkOptions(options, place('options'))
  const { clock = systemClock, random = Math.random } = options
  const { maxBatch = 500, maxBatchSize = 1_048_576, maxPending = 8_388_608 } = options
  const { interval = '1s', timeout = '10s', shutdownTimeout = '5s' } = options
  const url = checkUrl(options.url, place('url'))
  checkOneOf(format, FORMATS, place('format'))
  if (index !== undefined) checkText(index, { ...place('index'), maxLength: 255 })
  checkHeaders(headers, place('headers'))
  checkInteger(maxBatch, { ...place('maxBatch'), min: 1 })
  checkInteger(maxBatchSize, { ...place('maxBatchSize'), min: 1 })
  checkInteger(maxPending, { ...place('maxPending'), min: 1 })
  checkMethods(clock, ['now', 'schedule'], place('clock'))
  const form = format === 'bulk' ? bulk(index) : NDJSON
  for (const [name, value] of Object.entries(form.query)) url.searchParams.set(name, value)
  return new HttpSink({
    target: { url, headers: { ...headers, 'content-type': 'application/x-ndjson' } },
    format: form,
    maxBatch,
    maxBatchSize,
    maxPending,
    interval: toMilliseconds(interval, { ...place('interval'), positive: true }),
    timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }),
    shutdownTimeout: toMilliseconds(shutdownTimeout, { ...place('shutdownTimeout'), positive: true }),
    clock,
    random: checkFunction(random, place('random')),
  })
}

function place(option: string): { package: string; pattern: string; option: string } {
  return { ...PATTERN, option }
}
