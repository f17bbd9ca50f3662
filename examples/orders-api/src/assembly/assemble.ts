import { createMetrics } from '@base/observability/metrics'
import { RateLimiter } from '@base/resilience/rate-limiter'
import { accountRoutes } from '../accounts/routes.ts'
import { apiKeyRoutes } from '../api-keys/routes.ts'
import { authenticate } from '../auth/authenticate.ts'
import { authRoutes } from '../auth/routes.ts'
import { wellKnownRoutes } from '../auth/well-known.ts'
import { customerRoutes } from '../customers/routes.ts'
import { createApp } from '../http/app.ts'
import { healthOf, healthRoutes } from '../http/health.ts'
import { createOperations } from '../http/operations.ts'
import { HttpServer } from '../http/server.ts'
import { itemRoutes } from '../items/routes.ts'
import { jobRoutes } from '../jobs/routes.ts'
import { orderRoutes } from '../orders/routes.ts'
import { providerRoutes } from '../provider/routes.ts'
import { secondFactorRoutes } from '../second-factor/routes.ts'
import { type Outside, withParts } from './parts.ts'

/** The whole service, of which nothing is made yet: its parts, and what answers callers and whoever runs it. */
export function assemble(outside: Outside) {
  const { config, clock, logger, sendMail, accepting } = outside
  const metrics = createMetrics({ otel: config.otelExporterOtlpEndpoint !== undefined })
  return withParts(outside)
    .value('metrics', metrics)
    .singleton('health', ['database', 'coordination'], ({ database, coordination }) =>
      healthOf(database.db, accepting, coordination.answers),
    )
    .singleton(
      'operations',
      ['health'],
      ({ health }) => new HttpServer(createOperations(health, metrics).fetch, clock),
    )
    .singleton(
      'app',
      ['health', 'stores', 'coordination', 'orders', 'nightly', 'auth', 'provider'],
      ({ health, stores, coordination, orders, nightly, auth, provider }) => {
        const perCustomer = new RateLimiter({
          ...coordination.counts,
          name: 'orders per customer',
          policies: config.orderLimit,
          clock,
        })
        const signedIn = authenticate(auth)
        const routes = {
          '/.well-known': wellKnownRoutes(auth),
          ...(provider && { '/auth/provider': providerRoutes(auth, provider, stores) }),
          '/auth': authRoutes(auth),
          '/accounts': accountRoutes(auth, stores, sendMail),
          '/second-factor': secondFactorRoutes(auth),
          '/api-keys': apiKeyRoutes(auth),
          '/items': itemRoutes(stores, signedIn),
          '/customers': customerRoutes(stores, signedIn),
          '/orders': orderRoutes({ ...orders, perCustomer, signedIn: (scope) => authenticate(auth, scope) }),
          '/jobs': jobRoutes(nightly, signedIn),
          '/health': healthRoutes(health, 'never'),
        }
        return createApp(routes, { logger, metrics, clock })
      },
    )
    .build()
}
