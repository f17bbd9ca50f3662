import { describe, expectTypeOf, test } from 'vitest'
import { createContainer, type NeedsANewName } from './index.js'

describe('the builder', () => {
  const builder = createContainer()
    .value('url', 'postgres://db' as string)
    .singleton('db', ['url'], async ({ url }) => ({ url, close: async () => {} }), {
      dispose: (db) => db.close(),
    })
    .scoped('session', ['db'], ({ db }) => ({ db }))
    .transient('handler', ['session', 'url'], ({ session }) => session)

  test('infers what a factory is given and makes', () => {
    const scope = builder.build().createScope()
    expectTypeOf(scope.get('url')).toEqualTypeOf<string>()
    expectTypeOf(scope.get('session').db.url).toEqualTypeOf<string>()
    expectTypeOf(scope.resolve('db')).resolves.toHaveProperty('close')
    builder.singleton('x', ['url'], (services) => {
      expectTypeOf(services).toEqualTypeOf<Pick<{ readonly url: string }, 'url'>>()
    })
  })

  test('refuses what is not there, and what is taken', () => {
    // @ts-expect-error no such service
    builder.singleton('x', ['nothing'], () => 1)
    // @ts-expect-error taken
    builder.value('db', 1)
    // @ts-expect-error no such service
    builder.override('nothing', 1)
    // @ts-expect-error another type
    builder.override('url', 1)
    // @ts-expect-error not named, so not given
    builder.singleton('x', ['url'], ({ db }) => db)
  })

  test('says in the name of a type that a name is taken', () => {
    const refuse = (taken: NeedsANewName) => builder.value<'db', number>(taken, 1)
    expectTypeOf(refuse).returns.toHaveProperty('build')
  })

  test('refuses a singleton that holds what lives in a scope', () => {
    // @ts-expect-error scoped
    builder.singleton('x', ['session'], () => 1)
    // @ts-expect-error a transient that needs a scoped one
    builder.singleton('x', ['handler'], () => 1)
  })

  test('refuses to look for scoped services outside a scope', () => {
    const container = builder.build()
    // @ts-expect-error scoped
    container.get('session')
    // @ts-expect-error a transient that needs a scoped one
    container.resolve('handler')
    container.createScope().get('session')
    builder
      .override('session', { db: { url: '', close: async () => {} } })
      .build()
      .get('session')
  })
})
