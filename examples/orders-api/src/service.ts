import { systemClock } from '@base/core/clock'
import { createContainer } from '@base/core/container'
import { createLifecycle, type Lifecycle, type LifecycleContext } from '@base/core/lifecycle'
import type { Config } from './config.ts'
import { customerRoutes } from './customers/routes.ts'
import { type Database, openDatabase } from './database/database.ts'
import { addDemoCustomer } from './database/demo-data.ts'
import { migrate } from './database/migrate.ts'
import { migrations } from './database/migrations.ts'
import { createApp } from './http/app.ts'
import { healthRoutes } from './http/health.ts'
import { HttpServer } from './http/server.ts'
import { itemRoutes } from './items/routes.ts'
import { publish } from './orders/publish.ts'
import { orderRoutes } from './orders/routes.ts'
import { openStores } from './stores.ts'

/** The whole service, put together and not yet started. */
export interface Service {
  readonly lifecycle: Lifecycle
  /** Where it answers, once it has started. */
  readonly url: string
}

/**
 * Puts the service together: what it is made of in the container, what starts and stops when in the lifecycle.
 *
 * @param signals that stop it; a test wants none.
 */
export function createService(config: Config, signals?: readonly string[]): Service {
  const container = createContainer()
    .value('config', config)
    .value('clock', systemClock)
    .singleton('database', ['config'], ({ config }) => openMigrated(config.dataDir), {
      dispose: (database) => database.close(),
    })
    .singleton('stores', ['database'], ({ database }) => openStores(database))
    .singleton('app', ['clock', 'database', 'stores'], ({ clock, database, stores }) =>
      createApp({
        '/items': itemRoutes(stores),
        '/customers': customerRoutes(stores),
        '/orders': orderRoutes({ ...stores, clock, publish }),
        '/health': healthRoutes({ database, accepting: () => lifecycle.state === 'running' }),
      }),
    )
    .build()
  // Requests that come while the database opens wait for it.
  const server = new HttpServer(
    async (request) => (await container.resolve('app')).fetch(request),
    systemClock,
  )
  const closeServer = ({ signal }: LifecycleContext) => server.close(signal)

  const lifecycle: Lifecycle = createLifecycle({ drainDelay: config.drainDelay, ...(signals && { signals }) })
    // First, for a second start must find the port taken before it touches the data of the running one.
    .add({ name: 'port', start: () => server.listen(config.host, config.port), stop: closeServer })
    .add({
      name: 'services',
      dependsOn: ['port'],
      start: () => container.resolveAll(),
      stop: () => container.close(),
    })
    .add({ name: 'http', dependsOn: ['services'], stop: closeServer })
  return {
    lifecycle,
    get url() {
      const host = config.host.includes(':') ? `[${config.host}]` : config.host
      return `http://${host}:${server.port}`
    },
  }
}

async function openMigrated(dataDir: string): Promise<Database> {
  const database = await openDatabase(dataDir)
  try {
    await migrate(database, migrations)
    await addDemoCustomer(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
