import { type Door, describeDoors, describeSignals } from '@base-internal/tools/wrong-options'
import {
  createHealth,
  diskCheck,
  eventLoopCheck,
  healthEndpoint,
  healthResponse,
  memoryCheck,
} from './health/index.js'
import { instrument } from './instrument/index.js'
import { createLogger, shippingSink, stdoutSink } from './logger/index.js'
import { anomaly, createMetrics } from './metrics/index.js'
import { startOpenTelemetry } from './otel/index.js'
import { memorySpans } from './testing/index.js'
import { traceContextPropagator, withSpan } from './tracing/index.js'

const health = createHealth()
const metrics = createMetrics()

/** What takes options, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['createHealth', createHealth],
  ['createHealth', (options) => health.live(options)],
  ['createHealth', (options) => health.ready(options)],
  ['createHealth', (options) => health.startup(options)],
  ['createHealth', (options) => health.group('ready', options)],
  ['diskCheck', diskCheck],
  ['eventLoopCheck', eventLoopCheck],
  ['memoryCheck', memoryCheck],
  ['healthEndpoint', (options) => healthEndpoint(health, options)],
  ['healthResponse', async (options) => healthResponse(await health.live(), options)],
  ['instrument', instrument],
  ['createLogger', createLogger],
  ['shippingSink', shippingSink],
  ['stdoutSink', stdoutSink],
  ['anomaly', anomaly],
  ['createMetrics', createMetrics],
  ['Metrics', (options) => metrics.counter('orders', options)],
  ['Metrics', (options) => metrics.gauge('queue', options)],
  ['Metrics', (options) => metrics.histogram('duration', options)],
  ['Metrics', (options) => metrics.observe('memory', () => 1, options)],
  ['memorySpans', memorySpans],
  ['startOpenTelemetry', startOpenTelemetry],
  ['traceContextPropagator', traceContextPropagator],
]

describeDoors(DOORS, (pattern) => ({
  details: { package: '@base/observability', pattern, option: 'options', allowed: 'an object' },
}))

describeSignals([
  ['live', (options) => health.live(options)],
  ['group', (options) => health.group('ready', options)],
  ['withSpan', (options: object) => withSpan({ name: 'price', ...options }, () => 1)],
])
