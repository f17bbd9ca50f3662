import { afterEach, describe, expect, test, vi } from 'vitest'
import { TestClock } from '../testing/index.js'
import { createContainer } from './index.js'

/** A service that can be let go, or fail, when the test says so. */
function gate<T>() {
  let open: (value: T) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await null
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a container', () => {
  test('makes a service from what it names, when it is first asked for, once', () => {
    const create = vi.fn(({ url }: { url: string }) => ({ url }))
    const container = createContainer().value('url', 'postgres://db').singleton('db', ['url'], create).build()
    expect(create).not.toHaveBeenCalled()

    const db = container.get('db')
    expect(db).toEqual({ url: 'postgres://db' })
    expect(container.get('db')).toBe(db)
    expect(create).toHaveBeenCalledTimes(1)
  })

  test('gives a factory what it named, and no more', () => {
    const create = vi.fn(() => 1)
    createContainer().value('a', 1).value('b', 2).singleton('c', ['a'], create).build().get('c')

    expect(create).toHaveBeenCalledWith({ a: 1 })
  })

  test.each([undefined, null, 0, '', false])('holds %s as a value and as a service', async (value) => {
    const create = vi.fn(() => value)
    const container = createContainer().value('given', value).singleton('made', [], create).build()

    expect([container.get('given'), container.get('made'), container.get('made')]).toEqual([
      value,
      value,
      value,
    ])
    expect(await container.resolve('made')).toBe(value)
    expect(create).toHaveBeenCalledTimes(1)
  })

  describe('with a promise for a value', () => {
    test('hands it out as it is, and to factories too', async () => {
      const promise = Promise.resolve(1)
      const services = createContainer()
        .value('promise', promise)
        .singleton('made', ['promise'], (given) => given.promise === promise)
      const scope = services.build().createScope()
      expect([scope.get('promise'), scope.get('promise'), scope.get('made')]).toEqual([
        promise,
        promise,
        true,
      ])

      const container = services.build()
      expect(await container.resolve('made')).toBe(true)
      expect(await container.resolve('promise')).toBe(1)
      expect(container.get('promise')).toBe(promise)
    })

    test('waits for it no more than for another value', async () => {
      const container = createContainer()
        .value('never', new Promise(() => {}))
        .singleton('made', ['never'], () => 'made')
        .build()

      expect(await container.resolve('made')).toBe('made')
    })

    test('hands out an override with a then as it is', () => {
      // biome-ignore lint/suspicious/noThenProperty: a query builder has one.
      const query = { rows: 1, then: (resolve: (rows: number) => void) => resolve(7) }
      const container = createContainer()
        .singleton('query', [], () => ({ rows: 0 }))
        .override('query', query)
        .build()

      expect(container.get('query')).toBe(query)
    })
  })

  test('makes a transient anew each time', () => {
    let made = 0
    const container = createContainer()
      .transient('id', [], () => ++made)
      .build()

    expect([container.get('id'), container.get('id')]).toEqual([1, 2])
  })

  test('knows names that objects have by nature', () => {
    const container = createContainer()
      .value('__proto__', 'a')
      .value('constructor', 'b')
      .singleton('both', ['__proto__', 'constructor'], (services) => Object.entries(services))
      .build()

    expect(container.get('both')).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  test('says which names there are when asked for another', async () => {
    const container = createContainer().value('db', 1).build()
    const message = '@base/core Container: name must be one of db, received "dB".'

    expect(() => container.get('dB' as 'db')).toThrow(message)
    await expect(container.resolve('dB' as 'db')).rejects.toThrow(message)
    expect(() => container.get('toString' as 'db')).toThrow('must be one of db')
  })

  test('lets an error of a factory through untouched, and tries again', () => {
    const error = new Error('no disk')
    const create = vi
      .fn(() => 'ready')
      .mockImplementationOnce(() => {
        throw error
      })
    const container = createContainer().singleton('disk', [], create).build()

    expect(() => container.get('disk')).toThrow(error)
    expect(container.get('disk')).toBe('ready')
  })
})

describe('an asynchronous service', () => {
  test('is made once, however many ask at the same time', async () => {
    const create = vi.fn(async () => ({}))
    const container = createContainer().singleton('db', [], create).build()

    const [a, b] = await Promise.all([container.resolve('db'), container.resolve('db')])
    expect(a).toBe(b)
    expect(container.get('db')).toBe(a)
    expect(create).toHaveBeenCalledTimes(1)
  })

  test('cannot be had at once before it is there, and is once it was resolved', async () => {
    const container = createContainer()
      .singleton('db', [], async () => 'db')
      .singleton('repository', ['db'], ({ db }) => `repository on ${db}`)
      .build()

    expect(() => container.get('repository')).toThrow(
      "'db' is made asynchronously and is not there yet: await container.resolve('db') first.",
    )
    expect(await container.resolve('repository')).toBe('repository on db')
    expect(container.get('repository')).toBe('repository on db')
  })

  test('that get has found is made all the same, for the resolve that follows', async () => {
    const create = vi.fn(async () => 'db')
    const container = createContainer().singleton('db', [], create).build()

    expect(() => container.get('db')).toThrow('not there yet')
    expect(() => container.get('db')).toThrow('not there yet')
    expect(await container.resolve('db')).toBe('db')
    expect(create).toHaveBeenCalledTimes(1)
  })

  test('that get has found may fail without an unhandled rejection', async () => {
    const container = createContainer()
      .singleton('db', [], async () => {
        throw new Error('no connection')
      })
      .build()

    expect(() => container.get('db')).toThrow('not there yet')
    await settled()
    await expect(container.resolve('db')).rejects.toThrow('no connection')
  })

  describe('that is made for each who asks', () => {
    function connections(dispose: (it: string) => unknown, conn = async () => 'conn') {
      return createContainer()
        .transient('conn', [], conn, { dispose })
        .singleton('svc', ['conn'], ({ conn: own }) => `svc on ${own}`)
        .build()
    }

    test('is never there for get, which names what can be resolved', async () => {
      const container = connections(() => {})
      const never = (asked: string) =>
        `'conn' is made anew and asynchronously each time: use await container.resolve('${asked}').`

      expect(() => container.get('conn')).toThrow(never('conn'))
      expect(() => container.get('svc')).toThrow(never('svc'))
      expect(await container.resolve('conn')).toBe('conn')
      expect(() => container.get('conn')).toThrow(never('conn'))
      expect(await container.resolve('svc')).toBe('svc on conn')
      expect(container.get('svc')).toBe('svc on conn')
    })

    test('is closed when it comes, for get has found it for nobody', async () => {
      const closed: string[] = []
      const { promise, open } = gate<string>()
      const container = connections(
        (it) => closed.push(it),
        () => promise,
      )
      expect(() => container.get('conn')).toThrow('each time')
      const closing = container.close()
      await settled()
      expect(closed).toEqual([])

      open('conn')
      await closing
      expect(closed).toEqual(['conn'])
    })

    test('is warned of where it then cannot be closed, and may fail without an unhandled rejection', async () => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const stuck = connections(() => {
        throw new Error('stuck')
      })
      const failing = connections(
        () => {},
        async () => {
          throw new Error('no connection')
        },
      )

      expect(() => stuck.get('conn')).toThrow('each time')
      expect(() => failing.get('conn')).toThrow('each time')
      await stuck.close()
      await failing.close()
      expect(warned.mock.calls).toEqual([['Error: stuck']])
    })
  })

  describe('that is in the making', () => {
    /** A logger that is made at once, and a database that needs it and takes its time. */
    function slowDatabase() {
      const db = gate<string>()
      const made: string[] = []
      const closed: string[] = []
      const of = (name: string) => ({ dispose: () => closed.push(name) })
      const container = createContainer()
        .value('level', 'info')
        .singleton('format', ['level'], () => made.push('format'), of('format'))
        .singleton('logger', ['format'], () => `logger ${made.push('logger')}`, of('logger'))
        .singleton('db', ['logger'], () => db.promise, of('db'))
        .build()
      return { container, db, made, closed }
    }

    test('does not keep get from what it needs and is there at once', async () => {
      const { container, db, made, closed } = slowDatabase()
      const resolving = container.resolve('db')
      await settled()

      expect(container.get('logger')).toBe('logger 2')
      expect(() => container.get('db')).toThrow('not there yet')
      db.open('db')
      expect(await resolving).toBe('db')
      expect(made).toEqual(['format', 'logger'])
      await container.close()
      expect(closed).toEqual(['db', 'logger', 'format'])
    })

    test('takes what get made before it came to that', async () => {
      const { container, db, made, closed } = slowDatabase()
      const resolving = container.resolve('db')

      expect(container.get('logger')).toBe('logger 2')
      db.open('db')
      expect(await resolving).toBe('db')
      expect(made).toEqual(['format', 'logger'])
      await container.close()
      expect(closed).toEqual(['db', 'logger', 'format'])
    })

    test('takes the promise that get found before it came to that', async () => {
      const create = vi.fn(async () => 'db')
      const container = createContainer()
        .singleton('db', [], create)
        .singleton('app', ['db'], ({ db }) => `app on ${db}`)
        .build()
      const resolving = container.resolve('app')

      expect(() => container.get('db')).toThrow('not there yet')
      expect(await resolving).toBe('app on db')
      expect(create).toHaveBeenCalledTimes(1)
    })

    test('leaves what get was given, with what that needs, when it fails', async () => {
      const { container, db, made, closed } = slowDatabase()
      const resolving = container.resolve('db')
      resolving.catch(() => {})
      await settled()
      container.get('logger')
      db.fail(new Error('no connection'))

      await expect(resolving).rejects.toThrow('no connection')
      expect(closed).toEqual([])
      expect(container.get('logger')).toBe('logger 2')
      expect(made).toEqual(['format', 'logger'])
    })

    test('closes once what get has made for it and it then could not use', async () => {
      const closed: string[] = []
      let failing = false
      const container = createContainer()
        .transient('port', [], () => {
          if (failing) throw new Error('no port')
          return 1
        })
        .singleton('server', ['port'], () => 'server', { dispose: (it) => closed.push(it) })
        .build()
      const resolving = container.resolve('server')
      resolving.catch(() => {})
      expect(container.get('server')).toBe('server')
      failing = true

      await expect(resolving).rejects.toThrow('no port')
      expect(container.get('server')).toBe('server')
      await container.close()
      expect(closed).toEqual(['server'])
    })
  })

  test('starts with all that do not wait for each other', async () => {
    const gates = { a: gate<string>(), b: gate<string>(), c: gate<string>() }
    const started: string[] = []
    const slow = (name: 'a' | 'b' | 'c') => () => {
      started.push(name)
      return gates[name].promise
    }
    const container = createContainer()
      .singleton('a', [], slow('a'))
      .singleton('b', [], slow('b'))
      .singleton('c', ['a'], slow('c'))
      .singleton('app', ['a', 'b', 'c'], (services) => services)
      .build()

    const app = container.resolve('app')
    await settled()
    expect(started).toEqual(['a', 'b'])
    gates.a.open('A')
    await settled()
    expect(started).toEqual(['a', 'b', 'c'])
    gates.b.open('B')
    gates.c.open('C')
    expect(await app).toEqual({ a: 'A', b: 'B', c: 'C' })
  })

  test('is there for get after resolveAll', async () => {
    const container = createContainer()
      .singleton('a', [], async () => 'a')
      .singleton('b', [], async () => 'b')
      .scoped('request', [], () => expect.unreachable())
      .build()
    await container.resolveAll()

    expect([container.get('a'), container.get('b')]).toEqual(['a', 'b'])
  })

  describe('that fails', () => {
    test('closes what its call has made, the last first, and keeps the error', async () => {
      const closed: string[] = []
      const error = new Error('no connection')
      const container = createContainer()
        .singleton('a', [], () => 'a', { dispose: () => closed.push('a') })
        .singleton('b', ['a'], async () => 'b', { dispose: () => closed.push('b') })
        .singleton('app', ['b'], async () => {
          throw error
        })
        .build()

      await expect(container.resolve('app')).rejects.toBe(error)
      expect(closed).toEqual(['b', 'a'])
    })

    test('waits for what is still in the making, to close it too', async () => {
      const closed: string[] = []
      const slow = gate<string>()
      const container = createContainer()
        .singleton('slow', [], () => slow.promise, { dispose: (it) => closed.push(it) })
        .singleton('broken', [], async () => {
          throw new Error('broken')
        })
        .singleton('app', ['slow', 'broken'], () => 'app')
        .build()
      const failing = container.resolve('app')
      failing.catch(() => {})
      await settled()
      slow.open('slow')

      await expect(failing).rejects.toThrow('broken')
      expect(closed).toEqual(['slow'])
    })

    describe('while another hangs', () => {
      /** A call that has failed, and has given up on a server on its way, which needs a database. */
      async function givenUp() {
        const clock = new TestClock()
        const closed: string[] = []
        const close = { dispose: (it: string) => closed.push(it) }
        const server = gate<string>()
        const container = createContainer({ clock, disposeTimeout: '2s' })
          .singleton('logger', [], () => 'logger', close)
          .singleton('db', [], async () => 'db', close)
          .singleton('server', ['db'], () => server.promise, close)
          .singleton('broken', ['logger'], async () => {
            throw new Error('broken')
          })
          .build()
        let failure: unknown
        void container.resolveAll().catch((error) => {
          failure = error
        })
        await clock.advance('1999ms')
        expect([failure, closed]).toEqual([undefined, []])
        await clock.advance('1ms')
        expect(failure).toMatchObject({ message: 'broken' })
        return { clock, closed, container, server }
      }

      test('waits no longer than disposeTimeout, and closes what nothing in the making needs', async () => {
        const { clock, closed } = await givenUp()

        expect(closed).toEqual(['logger'])
        expect(clock.pending).toBe(0)
      })

      test('closes what comes later when it comes, the last first', async () => {
        const { clock, closed, server } = await givenUp()
        server.open('server')
        await clock.advance(0)

        expect(closed).toEqual(['logger', 'server', 'db'])
      })

      test('closes what that needed, where it fails later', async () => {
        const { clock, closed, server } = await givenUp()
        server.fail(new Error('port taken'))
        await clock.advance(0)

        expect(closed).toEqual(['logger', 'db'])
      })

      test('leaves what comes later to a call that has asked for it meanwhile', async () => {
        const { closed, container, server } = await givenUp()
        const resolving = container.resolve('server')
        server.open('server')

        expect(await resolving).toBe('server')
        expect([container.get('server'), container.get('db'), closed]).toEqual(['server', 'db', ['logger']])
      })

      test('is waited for when the container closes, and closed before that ends', async () => {
        const { closed, container, server } = await givenUp()
        const closing = container.close()
        server.open('server')
        await closing

        expect(closed).toEqual(['logger', 'server', 'db'])
      })

      test('does not keep the container from closing, and is closed when it comes', async () => {
        const { clock, closed, container, server } = await givenUp()
        const closing = container.close()
        closing.catch(() => {})
        await clock.advance('2s')
        await expect(closing).rejects.toThrow('Closing the container failed for: what is in the making.')
        expect(closed).toEqual(['logger', 'db'])
        server.open('server')
        await clock.advance(0)

        expect(closed).toEqual(['logger', 'db', 'server'])
      })
    })

    test('leaves what was there before, and what another call holds', async () => {
      const closed: string[] = []
      const close = (name: string) => ({ dispose: () => closed.push(name) })
      const db = gate<string>()
      const container = createContainer()
        .singleton('before', [], () => 'before', close('before'))
        .singleton('db', ['before'], () => db.promise, close('db'))
        .singleton('own', [], async () => 'own', close('own'))
        .singleton('good', ['db'], () => 'good', close('good'))
        .singleton('bad', ['db', 'own'], async () => {
          throw new Error('bad')
        })
        .build()
      container.get('before')
      const bad = container.resolve('bad')
      const good = container.resolve('good')
      db.open('db')

      await expect(bad).rejects.toThrow('bad')
      expect(await good).toBe('good')
      expect(closed).toEqual(['own'])
      expect(container.get('db')).toBe('db')
    })

    test('is made anew by the next call, with what was closed', async () => {
      let attempts = 0
      const made = vi.fn(() => 'a')
      const container = createContainer()
        .singleton('a', [], made, { dispose: () => {} })
        .singleton('app', ['a'], async () => {
          attempts++
          if (attempts === 1) throw new Error('not yet')
          return 'app'
        })
        .build()

      await expect(container.resolve('app')).rejects.toThrow('not yet')
      expect(await container.resolve('app')).toBe('app')
      expect(made).toHaveBeenCalledTimes(2)
    })

    test('warns of what then cannot be closed', async () => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const container = createContainer()
        .singleton('a', [], () => 'a', {
          dispose: () => {
            throw new Error('stuck')
          },
        })
        .singleton('app', ['a'], async () => {
          throw new Error('no connection')
        })
        .build()

      await expect(container.resolve('app')).rejects.toThrow('no connection')
      expect(warned).toHaveBeenCalledWith('Error: stuck')
    })
  })
})

describe('a scope', () => {
  test('has its own scoped services and shares the singletons', () => {
    const container = createContainer()
      .singleton('pool', [], () => ({}))
      .scoped('session', ['pool'], ({ pool }) => ({ pool }))
      .build()
    const [a, b] = [container.createScope(), container.createScope()]

    expect(a.get('session')).toBe(a.get('session'))
    expect(a.get('session')).not.toBe(b.get('session'))
    expect(a.get('session').pool).toBe(b.get('session').pool)
    expect(a.get('pool')).toBe(container.get('pool'))
  })

  test('is where scoped services, and transients that need them, must be asked for', async () => {
    const container = createContainer()
      .scoped('session', [], () => 'session')
      .transient('handler', ['session'], ({ session }) => `handler of ${session}`)
      .build() as unknown as { get(name: string): unknown; resolve(name: string): Promise<unknown> }

    expect(() => container.get('session')).toThrow(
      "'session' lives in a scope: ask container.createScope() for it.",
    )
    await expect(container.resolve('handler')).rejects.toMatchObject({ code: 'CONTAINER_SCOPE_REQUIRED' })
  })

  test('gives what is closed to nobody, a singleton that it had given before included', async () => {
    const container = createContainer()
      .singleton('db', [], () => 'db')
      .build()
    const scope = container.createScope()
    expect([scope.get('db'), scope.get('db')]).toEqual(['db', 'db'])
    await scope.close()

    expect(() => scope.get('db')).toThrow('The container is closed.')
    expect(container.get('db')).toBe('db')
  })

  test('closes its own services and leaves the singletons', async () => {
    const closed: string[] = []
    const container = createContainer()
      .singleton('pool', [], () => 'pool', { dispose: (it) => closed.push(it) })
      .scoped('session', ['pool'], () => 'session', { dispose: (it) => closed.push(it) })
      .transient('cursor', ['session'], () => 'cursor', { dispose: (it) => closed.push(it) })
      .build()
    const scope = container.createScope()
    scope.get('cursor')
    scope.get('cursor')
    await scope.close()

    expect(closed).toEqual(['cursor', 'cursor', 'session'])
    expect(container.get('pool')).toBe('pool')
    expect(() => scope.get('pool')).toThrow('The container is closed.')
  })

  test('may have scopes of its own, which do not share its scoped services', () => {
    const container = createContainer()
      .scoped('session', [], () => ({}))
      .build()
    const outer = container.createScope()
    const inner = outer.createScope()

    expect(inner.get('session')).not.toBe(outer.get('session'))
  })
})

describe('closing', () => {
  test('goes in reverse order of making, scopes first, and not twice', async () => {
    const closed: string[] = []
    const close = { dispose: (it: string) => closed.push(it) }
    const container = createContainer()
      .singleton('late', [], () => 'late', close)
      .singleton('early', [], () => 'early', close)
      .singleton('on both', ['early', 'late'], () => 'on both', close)
      .scoped('session', [], () => 'session', close)
      .build()
    container.get('early')
    container.get('on both')
    container.createScope().get('session')

    await Promise.all([container.close(), container.close(), container[Symbol.asyncDispose]()])
    expect(closed).toEqual(['session', 'on both', 'late', 'early'])
  })

  test('waits for one service before it closes the next', async () => {
    const log: string[] = []
    const slow = gate<void>()
    const container = createContainer()
      .singleton('pool', [], () => 'pool', { dispose: () => log.push('pool closed') })
      .singleton('server', ['pool'], () => 'server', {
        dispose: () => slow.promise.then(() => log.push('server closed')),
      })
      .build()
    container.get('server')
    const closing = container.close()
    await settled()
    expect(log).toEqual([])
    slow.open()
    await closing

    expect(log).toEqual(['server closed', 'pool closed'])
  })

  test('gives out what is there while scopes close, and nothing once its own services are closed', async () => {
    const seen: unknown[] = []
    const slow = gate<void>()
    const services = createContainer()
      .value('name', 'orders')
      .singleton('slow', ['name'], () => 'slow', { dispose: () => slow.promise })
      .singleton('pool', ['slow'], () => 'pool', { dispose: () => seen.push('pool closed') })
    const container = services
      .scoped('session', ['pool'], () => 'session', { dispose: () => seen.push(pool()) })
      .build()
    const pool = (): string => container.get('pool')
    container.createScope().get('session')
    const closing = container.close()
    await settled()
    expect(seen).toEqual(['pool', 'pool closed'])

    for (const name of ['pool', 'slow', 'name'] as const) {
      expect(() => container.get(name)).toThrow('The container is closed.')
    }
    slow.open()
    await closing
  })

  test('closes all, also past those that fail or hang, and names them', async () => {
    const clock = new TestClock()
    const closed: string[] = []
    const error = new Error('stuck')
    const container = createContainer({ clock, disposeTimeout: '2s' })
      .singleton('a', [], () => 'a', { dispose: (it) => closed.push(it) })
      .singleton('hangs', ['a'], () => 'b', { dispose: () => new Promise(() => {}) })
      .singleton('fails', ['hangs'], () => 'c', {
        dispose: () => {
          throw error
        },
      })
      .build()
    container.get('fails')
    const closing = container.close()
    closing.catch(() => {})
    await clock.advance('2s')

    await expect(closing).rejects.toThrow('Closing the container failed for: fails, hangs.')
    const { errors } = (await closing.catch((e: unknown) => e)) as AggregateError
    expect(errors).toEqual([error, expect.objectContaining({ message: "'hangs' did not close within 2s." })])
    expect(closed).toEqual(['a'])
    expect(clock.pending).toBe(0)
  })

  test('never closes a value, and nothing that was not made', async () => {
    const dispose = vi.fn()
    const close = vi.fn()
    const container = createContainer()
      .value('client', { close, [Symbol.asyncDispose]: close })
      .singleton('alias', ['client'], ({ client }) => client)
      .singleton('never asked for', [], () => 1, { dispose })
      .build()
    container.get('alias')
    await container.close()

    expect(close).not.toHaveBeenCalled()
    expect(dispose).not.toHaveBeenCalled()
  })

  test('waits for what is in the making, and closes it', async () => {
    const closed: string[] = []
    const db = gate<string>()
    const container = createContainer()
      .singleton('db', [], () => db.promise, { dispose: (it) => closed.push(it) })
      .build()
    const resolving = container.resolve('db')
    const closing = container.close()
    db.open('db')
    await closing

    expect(await resolving).toBe('db')
    expect(closed).toEqual(['db'])
  })

  test('does not wait for ever for what is in the making, and closes it when it comes', async () => {
    const clock = new TestClock()
    const closed: string[] = []
    const db = gate<string>()
    const container = createContainer({ clock })
      .singleton('db', [], () => db.promise, { dispose: (it) => closed.push(it) })
      .build()
    const resolving = container.resolve('db')
    resolving.catch(() => {})
    const closing = container.close()
    closing.catch(() => {})
    await clock.advance('5s')
    await expect(closing).rejects.toThrow('Closing the container failed for: what is in the making.')
    db.open('db')

    await expect(resolving).rejects.toMatchObject({ code: 'CONTAINER_CLOSED' })
    expect(closed).toEqual(['db'])
    expect(clock.pending).toBe(0)
  })

  test('leaves nothing to be had', async () => {
    const container = createContainer().value('a', 1).build()
    await container.close()

    expect(() => container.get('a')).toThrow('The container is closed.')
    expect(() => container.createScope()).toThrow('The container is closed.')
    await expect(container.resolve('a')).rejects.toMatchObject({ code: 'CONTAINER_CLOSED', kind: 'internal' })
  })
})

describe('build', () => {
  /** As JavaScript sees it. */
  interface Untyped {
    value(name: unknown, value?: unknown): Untyped
    singleton(name: unknown, dependencies: unknown, create: unknown, options?: unknown): Untyped
    scoped(name: unknown, dependencies: unknown, create: unknown, options?: unknown): Untyped
    transient(name: unknown, dependencies: unknown, create: unknown, options?: unknown): Untyped
    override(name: unknown, value?: unknown): Untyped
    build(): unknown
  }
  const untyped = () => createContainer() as unknown as Untyped
  const nothing = () => undefined

  test('names every dependency that nobody registered', () => {
    const builder = untyped().singleton('a', ['x'], nothing).scoped('b', ['a', 'y'], nothing)

    expect(() => builder.build()).toThrow(
      "The container cannot be built: 'a' needs 'x', which is not registered; 'b' needs 'y', which is not registered.",
    )
  })

  test('names a cycle with its full path', () => {
    const builder = untyped()
      .singleton('a', ['b'], nothing)
      .singleton('b', ['c'], nothing)
      .singleton('c', ['b'], nothing)
      .singleton('self', ['self'], nothing)

    expect(() => builder.build()).toThrow('a cycle: b → c → b; a cycle: self → self')
  })

  test('names a scoped service that a singleton would hold, directly or through transients', () => {
    const builder = untyped()
      .scoped('session', [], nothing)
      .transient('handler', ['session'], nothing)
      .singleton('server', ['handler'], nothing)
      .singleton('fine', [], nothing)

    expect(() => builder.build()).toThrow(
      "the singleton 'server' would hold 'session' beyond its scope: server → handler → session",
    )
  })

  test('holds the problems for programs too', () => {
    const thrown = (() => {
      try {
        untyped().singleton('a', ['x'], nothing).build()
      } catch (error) {
        return error
      }
      return undefined
    })()

    expect(thrown).toMatchObject({
      code: 'CONTAINER_GRAPH',
      kind: 'internal',
      details: { problems: ["'a' needs 'x', which is not registered"] },
    })
  })

  test.each<[string, (builder: Untyped) => Untyped, string]>([
    ['an empty name', (b) => b.value(''), 'name must be a text that is not empty, received ""'],
    ['a name that is no text', (b) => b.value(7), 'name must be a text that is not empty, received 7'],
    [
      'a taken name',
      (b) => b.value('a').value('a'),
      'name must be new (use override to replace a service), received "a"',
    ],
    ['no names', (b) => b.singleton('a', 'db', nothing), "dependencies of 'a' must be an array of names"],
    ['no factory', (b) => b.scoped('a', [], 5), "the factory of 'a' must be a function, received 5"],
    [
      'no closer',
      (b) => b.transient('a', [], nothing, { dispose: 1 }),
      "dispose of 'a' must be a function, received 1",
    ],
    [
      'an unknown override',
      (b) => b.value('a').override('b'),
      'override name must be one of a, received "b"',
    ],
  ])('refuses %s', (_, describeIt, message) => {
    expect(() => describeIt(untyped())).toThrow(`@base/core Container: ${message}`)
  })

  test('refuses a clock that is none', () => {
    expect(() => createContainer({ clock: {} as never })).toThrow(
      'Container: clock must be an object with the methods schedule, received an object',
    )
  })

  test('says that there is nothing to override', () => {
    expect(() => (createContainer() as unknown as Untyped).override('a')).toThrow(
      'override name must be one of (nothing is registered), received "a"',
    )
  })

  test('refuses a disposeTimeout of 0', () => {
    expect(() => createContainer({ disposeTimeout: 0 })).toThrow(
      'Container: disposeTimeout must be more than 0',
    )
  })
})

describe('override', () => {
  const production = createContainer()
    .singleton('mailer', [], () => ({ send: (): string => 'sent' }))
    .singleton(
      'signup',
      ['mailer'],
      ({ mailer }) =>
        () =>
          mailer.send(),
    )

  test('replaces a service for all who need it, and leaves the original as it is', () => {
    const testing = production.override('mailer', { send: () => 'caught' })

    expect(testing.build().get('signup')()).toBe('caught')
    expect(production.build().get('signup')()).toBe('sent')
  })

  test('frees a scoped service from its scope', () => {
    const builder = createContainer().scoped('session', [], () => 'real')

    expect(builder.override('session', 'fake').build().get('session')).toBe('fake')
  })
})
