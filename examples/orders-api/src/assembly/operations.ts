import { createMetrics } from '@base/observability/metrics'
import { healthOf } from '../http/health.ts'
import { OperationsServer } from '../http/operations-server.ts'
import type { withSignIn } from './sign-in.ts'

/** What answers whoever runs the service. */
export function withOperations(signIn: ReturnType<typeof withSignIn>) {
  return signIn
    .singleton('metrics', ['config'], ({ config }) =>
      createMetrics({ otel: config.otelExporterOtlpEndpoint !== undefined }),
    )
    .singleton(
      'health',
      ['outside', 'database', 'coordination'],
      ({ outside: { accepting }, database, coordination }) =>
        healthOf({ database: database.db, redis: coordination.answers, accepting }),
    )
    .singleton(
      'operations',
      ['health', 'metrics'],
      ({ health, metrics }) => new OperationsServer(health, metrics),
    )
}
