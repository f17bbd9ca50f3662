import { type Clock, systemClock } from '@base/core/clock'
import { createLifecycle, type Lifecycle, type LifecycleContext } from '@base/core/lifecycle'
import { instrument } from '@base/observability/instrument'
import { type Metrics, processMetrics } from '@base/observability/metrics'
import { trace } from '@opentelemetry/api'
import { assemble } from './assembly/assemble.ts'
import { type Config, isForDevelopment } from './config.ts'
import { type Fetch, HttpServer } from './http/server.ts'
import { noMail, printMail, type SendMail } from './mail/mail.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** How the service is put together. */
export interface ServiceOptions {
  /** Who writes its lines, and what ends last. */
  readonly telemetry: Telemetry
  /** Signals that stop it. @defaultValue those of the lifecycle */
  readonly signals?: readonly string[]
  readonly clock?: Clock
  /** Delivers letters. @defaultValue prints them, where nobody but this machine can reach the service */
  readonly sendMail?: SendMail
}

/** The whole service, put together and not yet started. */
export type Service = ReturnType<typeof createService>

/** Puts the service together: what it is made of in `assembly/`, what starts and stops when here. */
export function createService(config: Config, options: ServiceOptions) {
  const { telemetry, signals, clock = systemClock } = options
  const { sendMail = isForDevelopment(config) ? printMail : noMail } = options
  // Requests that come while the database opens wait for it.
  let fetch: Fetch = async (request, client) => {
    ;({ fetch } = await container.resolve('app'))
    return fetch(request, client)
  }
  const server = new HttpServer((request, client) => fetch(request, client), clock)
  const url = () => urlOf(config.host, server.port)
  const accepting = () => lifecycle.state === 'running'
  const container = assemble({ config, clock, sendMail, logger: telemetry.logger, url, accepting })
  const stopTelling = tell(container.get('metrics'), telemetry)
  const lifecycle = lifecycleOf({ config, signals, server, container, stopTelling })
  return {
    lifecycle,
    /** Where it answers, once it has started. */
    get url() {
      return url()
    },
    /** Where it tells how it is, once it has started. */
    get operationsUrl() {
      return urlOf(config.opsHost, container.get('operations').port)
    },
    /** Where its payment gateway answers, once it has started. */
    get gatewayUrl() {
      return container.get('gateway').url
    },
    /** What knows who is signed in, once it has started. */
    get auth() {
      return container.get('auth')
    },
  }
}

/** Has the blocks tell what they do, in lines, metrics and traces. @returns what ends it. */
function tell(metrics: Metrics, { logger, tracing }: Telemetry): () => Promise<void> {
  const tracer = trace.getTracer('orders-api')
  const stops = [processMetrics(metrics), instrument({ logger, metrics, tracer })]
  return () => {
    for (const stop of stops) stop()
    return tracing.close()
  }
}

/** What a service is made of that starts and stops. */
interface Running {
  readonly config: Config
  readonly signals: readonly string[] | undefined
  readonly server: HttpServer
  readonly container: ReturnType<typeof assemble>
  readonly stopTelling: () => Promise<void>
}

/** In the order in which they start; they stop in reverse. */
function lifecycleOf({ config, signals, server, container, stopTelling }: Running): Lifecycle {
  const closeServer = ({ signal }: LifecycleContext) => server.close(signal)
  return (
    createLifecycle({ drainDelay: config.drainDelay, signals })
      .add({ name: 'telemetry', stop: stopTelling })
      // Before all else, for a second start must find the port taken before it touches the data of the running one.
      .add({ name: 'port', start: () => server.listen(config.host, config.port), stop: closeServer })
      .add({ name: 'services', start: () => container.resolveAll(), stop: () => container.close() })
      .add({
        name: 'operations',
        start: () => container.get('operations').listen(config.opsHost, config.opsPort, 'OPS_'),
        stop: ({ signal }) => container.get('operations').close(signal),
      })
      .add({ name: 'http', stop: closeServer })
      // Stops first, for who has asked for a run waits for its answer.
      .add({
        name: 'nightly',
        start: () => container.get('nightly').start(),
        stop: () => container.get('nightly').stop(),
      })
  )
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
