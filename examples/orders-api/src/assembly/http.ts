import { accountRoutes } from '../accounts/routes.ts'
import { apiKeyRoutes } from '../api-keys/routes.ts'
import { authenticate } from '../auth/authenticate.ts'
import { authRoutes } from '../auth/routes.ts'
import { wellKnownRoutes } from '../auth/well-known.ts'
import { customerRoutes } from '../customers/routes.ts'
import { createApp } from '../http/app.ts'
import { healthRoutes } from '../http/health.ts'
import { itemRoutes } from '../items/routes.ts'
import { jobRoutes } from '../jobs/routes.ts'
import { orderRoutes } from '../orders/routes.ts'
import { providerRoutes } from '../provider/routes.ts'
import { secondFactorRoutes } from '../second-factor/routes.ts'
import type { withOperations } from './operations.ts'

/** What answers callers. */
export function withHttp(operations: ReturnType<typeof withOperations>) {
  return operations.singleton(
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
