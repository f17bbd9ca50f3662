import type { Duration } from '@base/core/duration'
import type { Attributes } from '@opentelemetry/api'

/** Who sends the telemetry. */
export interface ServiceOptions {
  /** Its name, the same for all its instances: `service.name`. */
  readonly name: string
  /** Its version, `service.version`. @defaultValue none */
  readonly version?: string | undefined
  /** Where it runs, such as `'production'`: `deployment.environment.name`. @defaultValue none */
  readonly environment?: string | undefined
}

/** Where telemetry is sent, by OTLP over HTTP in protobuf. */
export interface OtlpOptions {
  /**
   * The collector; `/v1/traces` and `/v1/metrics` are added to it.
   *
   * @defaultValue `OTEL_EXPORTER_OTLP_ENDPOINT`, or 'http://localhost:4318'
   */
  readonly endpoint?: string | undefined
  /** Headers of each request, such as a key. @defaultValue those of `OTEL_EXPORTER_OTLP_HEADERS` */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The time for a batch with all its attempts, more than 0; then it is thrown away.
   *
   * @defaultValue `OTEL_EXPORTER_OTLP_TIMEOUT`, or '10s'
   */
  readonly timeout?: Duration | undefined
}

/** Options of {@link startOpenTelemetry}; what they do not say, the environment does. */
export interface OpenTelemetryOptions {
  /** Who sends the telemetry: a name, or a name with version and environment. */
  readonly service: string | ServiceOptions
  /**
   * Where telemetry is sent. `false` where there is no collector: traces are ids alone, in log lines and in what is sent to
   * others, and no package of OpenTelemetry's SDK is needed. `OTEL_TRACES_EXPORTER=none` says so of traces,
   * `OTEL_METRICS_EXPORTER=none` of metrics.
   *
   * @defaultValue what the environment says
   */
  readonly otlp?: OtlpOptions | false | undefined
  /** What else is said of the service, over what `OTEL_RESOURCE_ATTRIBUTES` says. @defaultValue nothing */
  readonly attributes?: Attributes | undefined
  /**
   * The share of the traces that start here and are recorded, from 0 to 1; of others, whoever started them decides. Where
   * no traces are sent, none is recorded.
   *
   * @defaultValue what `OTEL_TRACES_SAMPLER` says, or 1
   */
  readonly sampling?: number | undefined
  /** How often metrics are sent, more than 0; `false` for never. @defaultValue '60s' */
  readonly metrics?:
    | {
        /** From one sending to the next, more than 0; what is longer than 24 days is as long. @defaultValue '60s' */
        readonly interval?: Duration | undefined
      }
    | false
    | undefined
  /** Whether W3C Baggage is read and passed on; not where requests come from or go to strangers. @defaultValue true */
  readonly baggage?: boolean | undefined
  /** The time that closing may take, more than 0. @defaultValue '5s' */
  readonly shutdownTimeout?: Duration | undefined
}
