import { createContainer } from '@base/core/container'
import { openCoordination } from '../coordination/coordination.ts'
import { openDatabase } from '../database/database.ts'
import { openCipher } from '../encryption/shop-cipher.ts'
import { cacheItems, openItemCache } from '../items/cached-items.ts'
import { openStores } from '../stores.ts'
import type { Outside } from './outside.ts'

/** Where the service keeps things, and what its instances share. */
export function withStores(outside: Outside) {
  return createContainer()
    .value('outside', outside)
    .value('config', outside.config)
    .value('clock', outside.clock)
    .value('logger', outside.logger)
    .singleton('cipher', ['config', 'clock'], ({ config, clock }) => openCipher(config.fieldKeys, clock))
    .singleton('database', ['config', 'cipher'], ({ config, cipher }) => openDatabase(config, cipher), {
      dispose: (database) => database.close(),
    })
    .singleton(
      'coordination',
      ['config', 'database', 'clock', 'logger'],
      ({ config, database, ...telling }) => openCoordination(config, database, telling),
      { dispose: (coordination) => coordination.close() },
    )
    .singleton(
      'itemCache',
      ['coordination', 'clock'],
      ({ coordination, clock }) => openItemCache(coordination, clock),
      { dispose: (cache) => cache.close() },
    )
    .singleton('stores', ['database', 'itemCache', 'cipher'], ({ database, itemCache, cipher }) =>
      cacheItems(openStores(database, cipher), itemCache),
    )
}
