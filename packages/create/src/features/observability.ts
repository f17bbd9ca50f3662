import type { Choices } from '../choices.js'
import type { Feature } from './feature.js'

/** What whoever runs the service sees of it. */
export function observabilityFeature({ observability }: Choices): Feature {
  return observability === 'logs' ? LOGS : FULL
}

const LOG_LEVEL = {
  key: 'logLevel',
  says: 'Lines below it are not printed.',
  schema: "z.enum(['trace', 'debug', 'info', 'warn', 'error'])",
  byDefault: "'info'",
}

const LOGS: Feature = {
  layers: ['logs'],
  settings: [LOG_LEVEL],
  service: {
    imports: { './telemetry.ts': ['type Telemetry', 'telemetryPart'] },
    parts: ['telemetryPart(telemetry)'],
  },
  readme: {
    topic: 'observability',
    says: 'a line for each request, and for what the blocks do; secrets are left out',
    where: ['src/telemetry.ts', 'src/http/observe-requests.ts'],
  },
}

const FULL: Feature = {
  layers: ['full'],
  dependencies: [
    '@opentelemetry/api',
    '@opentelemetry/otlp-transformer',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/sdk-trace',
  ],
  settings: [
    LOG_LEVEL,
    {
      key: 'opsPort',
      says: 'Where `/metrics` is; 0 takes a free port.',
      schema: 'z.coerce.number().int().min(0).max(65_535)',
      byDefault: '9464',
    },
    {
      key: 'opsHost',
      says: 'The address of that port. Whoever reaches it reads it: keep it from callers.',
      schema: 'z.string().min(1)',
      byDefault: "'127.0.0.1'",
    },
    {
      key: 'otelExporterOtlpEndpoint',
      says: 'The collector that traces and metrics are sent to; without it traces are ids alone.',
      schema: 'z.url({ protocol: /^https?$/ }).optional()',
    },
  ],
  service: {
    imports: {
      './operations.ts': ['createOperations'],
      './telemetry.ts': ['type Telemetry', 'telemetryPart'],
    },
    makes: [
      "const operations = httpServer('operations', createOperations(telemetry), {\n    host: config.opsHost,\n    port: config.opsPort,\n  })",
    ],
    parts: ['telemetryPart(telemetry)', 'operations'],
    shows: ['operations'],
  },
  test: {
    imports: { '../src/telemetry.ts': ['startTelemetry'] },
    environment: ["OPS_PORT: '0',"],
    telemetry: ['...(await startTelemetry(config))'],
  },
  readme: {
    topic: 'observability',
    says: 'lines, metrics and traces of each request, and of what the blocks do: `/metrics` at `OPS_PORT` for Prometheus, and to a collector of OpenTelemetry at `OTEL_EXPORTER_OTLP_ENDPOINT`',
    where: ['src/telemetry.ts', 'src/http/observe-requests.ts', 'src/operations.ts'],
  },
}
