import { createMetrics } from '@base/observability/metrics'
import { accountRoutes } from '../accounts/routes.ts'
import { apiKeyRoutes } from '../api-keys/routes.ts'
import { authenticate } from '../auth/authenticate.ts'
import { authRoutes } from '../auth/routes.ts'
import { wellKnownRoutes } from '../auth/well-known.ts'
import { customerRoutes } from '../customers/routes.ts'
import { createApp } from '../http/app.ts'
import { healthOf, healthRoutes } from '../http/health.ts'
import { OperationsServer } from '../http/operations-server.ts'
import { itemRoutes } from '../items/routes.ts'
import { jobRoutes } from '../jobs/routes.ts'
import { orderRoutes } from '../orders/routes.ts'
import { providerRoutes } from '../provider/routes.ts'
import { secondFactorRoutes } from '../second-factor/routes.ts'
import type { withSignIn } from './sign-in.ts'

/** What answers callers, and whoever runs the service. */
export function withHttp(signIn: ReturnType<typeof withSignIn>) {
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
    .singleton(
      'app',
      [
        'outside',
        'logger',
        'metrics',
        'health',
        'stores',
        'orderServices',
        'limits',
        'nightly',
        'auth',
        'provider',
      ],
      ({ outside, logger, metrics, health, stores, orderServices, limits, nightly, auth, provider }) => {
        const signedIn = authenticate(auth)
        const routes = {
          '/.well-known': wellKnownRoutes(auth),
          ...(provider && { '/auth/provider': providerRoutes(auth, provider, stores) }),
          '/auth': authRoutes(auth),
          '/accounts': accountRoutes(auth, stores, outside.sendMail),
          '/second-factor': secondFactorRoutes(auth),
          '/api-keys': apiKeyRoutes(auth),
          '/items': itemRoutes(stores, signedIn),
          '/customers': customerRoutes(stores, signedIn),
          '/orders': orderRoutes({
            ...orderServices,
            limits,
            signedIn: (scope) => authenticate(auth, scope),
          }),
          '/jobs': jobRoutes(signedIn, nightly),
          '/health': healthRoutes(health, 'never'),
        }
        return createApp(routes, { logger, metrics, clock: outside.clock })
      },
    )
}
