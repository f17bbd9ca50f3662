import { createContainer } from '@base/core/container'
import { bench } from '@base-internal/tools/bench'
import * as awilix from 'awilix'
import { createInjector, Scope } from 'typed-inject'

class Config {
  readonly url = 'postgres://localhost'
}
class Pool {
  readonly config: Config
  constructor(config: Config) {
    this.config = config
  }
}
class Orders {
  readonly pool: Pool
  constructor(pool: Pool) {
    this.pool = pool
  }
}

// The same three services in each: a value, a singleton of it, a scoped or transient service of that.
const ours = createContainer()
  .value('config', new Config())
  .singleton('pool', ['config'], ({ config }) => new Pool(config))
  .scoped('orders', ['pool'], ({ pool }) => new Orders(pool))
  .transient('fresh', ['pool'], ({ pool }) => new Orders(pool))
  .build()
const oursScope = ours.createScope()

const theirs = awilix.createContainer<{ config: Config; pool: Pool; orders: Orders; fresh: Orders }>({
  injectionMode: awilix.InjectionMode.PROXY,
  strict: true,
})
theirs.register({
  config: awilix.asValue(new Config()),
  pool: awilix.asFunction(({ config }) => new Pool(config)).singleton(),
  orders: awilix.asFunction(({ pool }) => new Orders(pool)).scoped(),
  fresh: awilix.asFunction(({ pool }) => new Orders(pool)).transient(),
})
const theirScope = theirs.createScope()

function pool(config: Config): Pool {
  return new Pool(config)
}
pool.inject = ['config'] as const
function orders(used: Pool): Orders {
  return new Orders(used)
}
orders.inject = ['pool'] as const
const injector = createInjector().provideValue('config', new Config()).provideFactory('pool', pool)
// A scope of typed-inject is an injector of its own.
const injectorScope = injector.provideFactory('orders', orders)
const injectorFresh = injector.provideFactory('fresh', orders, Scope.Transient)

const url = (it: Orders | Pool): string => ('pool' in it ? it.pool : it).config.url
const held = { pool: new Pool(new Config()) }

await bench({
  name: '@base/core/container',
  ours: '@base/core',
  workloads: {
    'a built singleton': {
      floor: { run: () => held.pool, read: url },
      contestants: {
        '@base/core': { run: () => ours.get('pool'), read: url },
        awilix: { run: () => theirs.resolve('pool'), read: url },
        'awilix cradle': { run: () => theirs.cradle.pool, read: url },
        'typed-inject': { run: () => injector.resolve('pool'), read: url },
      },
    },
    'a built singleton, from a scope': {
      contestants: {
        '@base/core': { run: () => oursScope.get('pool'), read: url },
        awilix: { run: () => theirScope.resolve('pool'), read: url },
        'typed-inject': { run: () => injectorScope.resolve('pool'), read: url },
      },
    },
    'a built scoped service': {
      contestants: {
        '@base/core': { run: () => oursScope.get('orders'), read: url },
        awilix: { run: () => theirScope.resolve('orders'), read: url },
        'typed-inject': { run: () => injectorScope.resolve('orders'), read: url },
      },
    },
    'a transient': {
      floor: { run: () => new Orders(held.pool), read: url },
      contestants: {
        '@base/core': { run: () => ours.get('fresh'), read: url },
        awilix: { run: () => theirs.resolve('fresh'), read: url },
        'typed-inject': { run: () => injectorFresh.resolve('fresh'), read: url },
      },
    },
    'a scope with one service': {
      contestants: {
        '@base/core': { run: () => ours.createScope().get('orders'), read: url },
        awilix: { run: () => theirs.createScope().resolve('orders'), read: url },
        'typed-inject': { run: () => injector.provideFactory('orders', orders).resolve('orders'), read: url },
      },
    },
  },
})

await ours.close()
await theirs.dispose()
await injector.dispose()
