import { systemClock } from '@base/core/clock'
import { type OpenTelemetrySettings, readOptions } from './check-options.js'
import type { OpenTelemetryOptions } from './open-telemetry-options.js'
import type { Environment } from './otlp-settings.js'
import { loadPeers } from './peers.js'
import { createSdk, type Sdk } from './sdk.js'
import { sdkOfIds } from './sdk-of-ids.js'

/** OpenTelemetry's SDK, as it was started. */
export interface OpenTelemetry {
  /** How many batches were thrown away because the collector did not take them in time. */
  readonly dropped: number
  /** Sends what there is now; resolves once it was sent or thrown away, after the time for closing at the latest. Never rejects. */
  flush(): Promise<void>
  /**
   * Sends what there is, within the time for closing, throws away the rest, and takes everything out of OpenTelemetry's API.
   * Never rejects; idempotent. End it last, after what is traced.
   */
  close(): Promise<void>
  /** The same as `close()`, under OpenTelemetry's name. */
  shutdown(): Promise<void>
  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts OpenTelemetry's SDK for a service that has none: traces and metrics by OTLP over HTTP, W3C Trace Context and
 * Baggage, context over `AsyncLocalStorage`. Await it before anything else runs.
 *
 * A collector that is away, slow, hanging or failing costs batches and nothing else: nothing waits for it, nothing throws,
 * no timer or connection keeps the process alive, at most 2,048 spans and 8 batches of each kind are held. One warning of
 * the process (`OpenTelemetryWarning`) tells of the first loss.
 *
 * Where nothing is sent (`otlp: false`), traces are ids alone, for log lines and for those who are called. One that starts
 * here is not sampled, for nobody records it; of one that came in the flag is passed on unchanged. With
 * `OTEL_SDK_DISABLED=true` nothing has a span, and what came in is passed on.
 *
 * Where something is sent, it needs `@opentelemetry/sdk-trace`, `sdk-metrics`, `resources` and `otlp-transformer`, which need Node.js 22.15.
 *
 * @example
 * const telemetry = await startOpenTelemetry({ service: { name: 'orders', version: '1.4.0' }, sampling: 0.1 })
 * // … at the very end:
 * await telemetry.close()
 *
 * @throws {@link InvalidOptionError} naming the option.
 * @throws {@link ConflictError} where OpenTelemetry was started already.
 * @throws {@link UnsupportedError} where a package is missing, naming the command that installs it.
 */
export async function startOpenTelemetry(options: OpenTelemetryOptions): Promise<OpenTelemetry> {
  const environment = globalThis.process?.env ?? {}
  const settings = readOptions(options, environment)
  return handleOf(await sdkOf(settings, environment), settings.shutdownTimeout)
}

async function sdkOf(settings: OpenTelemetrySettings, environment: Environment): Promise<Sdk> {
  const { traces, metrics, baggage } = settings
  const isDisabled = environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true'
  if (isDisabled || (traces === undefined && metrics === undefined))
    return sdkOfIds({ spans: !isDisabled, baggage })
  return createSdk(settings, await loadPeers())
}

function handleOf(sdk: Sdk, timeout: number): OpenTelemetry {
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= stop(sdk, timeout)
    return closed
  }
  return {
    get dropped() {
      return sdk.dropped()
    },
    flush: () => closed ?? within(timeout, sdk.flush()),
    close,
    shutdown: close,
    [Symbol.asyncDispose]: close,
  }
}

async function stop(sdk: Sdk, timeout: number): Promise<void> {
  sdk.unregister()
  await within(timeout, sdk.shutdown())
  await sdk.abandon()
}

/** Resolves with the work, or when the time is over; its timer keeps the process alive, for somebody waits. */
function within(timeout: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel()
      resolve()
    }
    const timer = systemClock.schedule(timeout, end, { name: 'OpenTelemetry' })
    work.then(end, end)
  })
}
