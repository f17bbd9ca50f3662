import { once } from 'node:events'
import { inspect } from 'node:util'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  createSessions,
  memorySessionStore,
  type SessionStore,
  type Sessions,
  type SessionsOptions,
} from '../index.js'

const never = (value: unknown): never => value as never

function benchOf(options: Partial<SessionsOptions> = {}) {
  const clock = new TestClock()
  const store = memorySessionStore({ clock })
  return {
    clock,
    store,
    sessions: createSessions<{ role: string } | undefined>({ store, clock, ...options }),
  }
}

/** What an id is good for. */
const uses = <T>(sessions: Sessions<T>): ((id: string) => Promise<unknown>)[] => [
  (id) => sessions.get(id),
  (id) => sessions.touch(id),
  (id) => sessions.rotate(id),
  (id) => sessions.destroy(id),
]

describe('sessions', () => {
  test('gives a cookie that only this host gets, only by HTTPS, and no script reads', async () => {
    const { sessions } = benchOf()
    const { id, cookie, handle } = await sessions.create('ann', { role: 'user' })
    expect(id).toMatch(/^[\w-]{68}$/)
    expect(id.startsWith(handle)).toBe(true)
    expect(cookie).toBe(`__Host-session=${id}; Path=/; Secure; HttpOnly; SameSite=Lax`)
    expect(cookie.length).toBeLessThan(4_096)
    expect(sessions.clearCookie()).toBe('__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0')
  })

  test('writes the cookie as told', async () => {
    const { sessions, clock } = benchOf({
      cookie: { name: '__Host-s', sameSite: 'strict', persistent: true },
      absoluteTtl: '1h',
      idleTtl: '1h',
    })
    const { id, cookie } = await sessions.create('ann')
    expect(cookie).toBe(`__Host-s=${id}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600`)
    await clock.advance('20m')
    expect((await sessions.rotate(id))?.cookie).toMatch(/; Max-Age=2400$/)
  })

  test('gives a cookie that lives also where the session has less than a second', async () => {
    const { sessions } = benchOf({ cookie: { persistent: true }, absoluteTtl: 500 })
    expect((await sessions.create('ann')).cookie).toMatch(/; Max-Age=1$/)
  })

  test('gives back what was put in, of the same types, and a copy each time', async () => {
    const sessions = createSessions<{ at: Date; tags: Set<string> }>()
    const data = { at: new Date(0), tags: new Set(['a']) }
    const { id, handle } = await sessions.create('ann', data)
    const session = await sessions.get(id)
    expect(session).toMatchObject({ handle, sub: 'ann', data })
    session?.data.tags.add('b')
    expect((await sessions.get(id))?.data).toEqual(data)
  })

  test('keeps what it was given, whoever changes that afterwards', async () => {
    const { sessions } = benchOf()
    const data = { role: 'user' }
    const creating = sessions.create('ann', data)
    data.role = 'admin'
    const { id } = await creating
    expect((await sessions.get(id))?.data).toEqual({ role: 'user' })

    const next = { role: 'clerk' }
    const rotating = sessions.rotate(id, next)
    next.role = 'admin'
    expect((await sessions.get((await rotating)?.id ?? ''))?.data).toEqual({ role: 'clerk' })
  })

  test('keeps what was updated', async () => {
    const { sessions } = benchOf()
    const { id } = await sessions.create('ann', { role: 'user' })
    expect((await sessions.update(id, { role: 'editor' }))?.data).toEqual({ role: 'editor' })
    expect((await sessions.get(id))?.data).toEqual({ role: 'editor' })
  })

  describe('given time', () => {
    test('ends a session that is not touched for idleTtl, however often it is read', async () => {
      const { sessions, clock } = benchOf()
      const { id } = await sessions.create('ann', { role: 'user' })
      for (const minutes of [10, 10] as const) {
        await clock.advance(minutes * 60_000)
        expect(await sessions.get(id)).toBeDefined()
      }
      await clock.advance('10m')
      expect(await sessions.get(id)).toBeUndefined()
      expect(await sessions.touch(id)).toBeUndefined()
    })

    test('never asks a store to keep it unused beyond absoluteTtl', async () => {
      const { store, clock } = benchOf()
      const asked: number[] = []
      const watched: SessionStore = {
        ...{ get: store.get, destroy: store.destroy, destroyAll: store.destroyAll, list: store.list },
        create: async (session) => void asked.push(session.idleTtl),
        change: async (_, { idleTtl = 0 }) => void asked.push(idleTtl),
      }
      const sessions = createSessions({ store: watched, clock, idleTtl: '14d', absoluteTtl: '8h' })

      const { id } = await sessions.create('ann')
      await sessions.touch(id)

      expect(asked).toEqual([28_800_000, 28_800_000])
    })

    test('lets it live on when it is touched, until absoluteTtl', async () => {
      const { sessions, clock } = benchOf()
      const { id } = await sessions.create('ann', { role: 'user' })
      const start = clock.now()
      for (let used = 0; used < 35; used++) {
        await clock.advance('20m')
        expect(await sessions.touch(id)).toMatchObject({ lastSeenAt: clock.now(), createdAt: start })
      }
      expect((await sessions.get(id))?.idleExpiresAt).toBe(start + 12 * 3_600_000)
      await clock.advance('20m')
      expect(await sessions.get(id)).toBeUndefined()
    })

    test('a new id does not move the absolute end', async () => {
      const { sessions, clock } = benchOf({ idleTtl: '2h', absoluteTtl: '3h' })
      let id = (await sessions.create('ann')).id
      for (let turn = 0; turn < 2; turn++) {
        await clock.advance('1h')
        id = (await sessions.rotate(id))?.id ?? ''
      }
      await clock.advance('1h')
      expect(await sessions.get(id)).toBeUndefined()
    })
  })

  describe('session fixation', () => {
    test('a sign-in has a new id, and ends the session that the browser had', async () => {
      const { sessions } = benchOf()
      const planted = await sessions.create('anonymous')
      const { id } = await sessions.create('ann', { role: 'user' }, { replaces: planted.id })
      expect(id).not.toBe(planted.id)
      expect(await sessions.get(planted.id)).toBeUndefined()
      expect(await sessions.get(id)).toMatchObject({ sub: 'ann' })
    })

    test.each(['', 'planted', 'x'.repeat(68), undefined])(
      'an id that an attacker made up, %j, is of no use',
      async (replaces) => {
        const { sessions } = benchOf()
        const { id } = await sessions.create('ann', { role: 'user' }, { replaces })
        expect(id).not.toBe(replaces)
        expect(await sessions.get(replaces ?? '')).toBeUndefined()
      },
    )

    test('more rights come with a new id, and the old one is dead at once', async () => {
      const { sessions } = benchOf()
      const { id, handle } = await sessions.create('ann', { role: 'user' })
      const rotated = await sessions.rotate(id, { role: 'admin' })
      expect(rotated).toMatchObject({ handle })
      expect(rotated?.id).not.toBe(id)
      for (const use of uses(sessions)) expect(await use(id)).toBeFalsy()
      expect(await sessions.update(id, { role: 'owner' })).toBeUndefined()
      expect((await sessions.get(rotated?.id ?? ''))?.data).toEqual({ role: 'admin' })
    })

    test('a new id keeps the data where none is given', async () => {
      const { sessions } = benchOf()
      const rotated = await sessions.rotate((await sessions.create('ann', { role: 'user' })).id)
      expect((await sessions.get(rotated?.id ?? ''))?.data).toEqual({ role: 'user' })
    })

    test('of 50 that ask for a new id at once one gets it', async () => {
      const { sessions } = benchOf()
      const { id } = await sessions.create('ann')
      const all = await Promise.all(Array.from({ length: 50 }, () => sessions.rotate(id)))
      expect(all.filter((rotated) => rotated !== undefined)).toHaveLength(1)
    })
  })

  describe('signing out', () => {
    test('is for good: who copied the cookie has nothing (rustfs/operator#221)', async () => {
      const { sessions } = benchOf()
      const { id } = await sessions.create('ann')
      expect([await sessions.destroy(id), await sessions.destroy(id)]).toEqual([true, false])
      expect(await sessions.touch(id)).toBeUndefined()
    })

    test('everywhere ends all sessions of the user, and of nobody else', async () => {
      const { sessions } = benchOf()
      const own = [await sessions.create('ann'), await sessions.create('ann')]
      const other = await sessions.create('bob')
      expect(await sessions.destroyAll('ann')).toBe(2)
      for (const { id } of own) expect(await sessions.get(id)).toBeUndefined()
      expect(await sessions.get(other.id)).toBeDefined()
    })

    test('of one device works from the list, in which there is nothing that opens a session', async () => {
      const { sessions, clock } = benchOf()
      const phone = await sessions.create('ann', { role: 'user' })
      await clock.advance(1)
      const laptop = await sessions.create('ann', { role: 'user' })
      await sessions.create('bob')
      const list = await sessions.list('ann')
      expect(list.map(({ handle }) => handle)).toEqual([phone.handle, laptop.handle])
      expect(JSON.stringify(list)).not.toContain(phone.id.slice(24))

      expect(await sessions.destroyByHandle(phone.handle)).toBe(true)
      expect(await sessions.get(phone.id)).toBeUndefined()
      expect(await sessions.get(laptop.id)).toBeDefined()
      for (const handle of ['', 'x', phone.id, '__proto__', never(undefined)])
        expect(await sessions.destroyByHandle(handle)).toBe(false)
    })

    test('a handle is no id', async () => {
      const { sessions } = benchOf()
      const { handle, id } = await sessions.create('ann')
      for (const use of uses(sessions))
        for (const guess of [handle, handle + 'A'.repeat(44)]) expect(await use(guess)).toBeFalsy()
      expect(await sessions.get(id)).toBeDefined()
    })
  })

  describe('given a session whose data cannot be decoded', () => {
    async function withUnreadable() {
      const { store, sessions } = benchOf()
      const other = createSessions({
        store,
        codec: { encode: () => 'of another codec', decode: never } as never,
      })
      return {
        sessions,
        read: await sessions.create('ann', { role: 'user' }),
        lost: await other.create('ann'),
      }
    }

    test('the list has all others, and the operator is told', async () => {
      const { sessions, read } = await withUnreadable()
      const warned = once(process, 'warning')
      expect((await sessions.list('ann')).map(({ handle }) => handle)).toEqual([read.handle])
      expect(await warned).toMatchObject([
        { code: 'CALLBACK_THREW', message: expect.stringMatching(/createSessions: codec\.decode threw: /) },
      ])
    })

    test('it opens nothing, and ends with all others', async () => {
      const { sessions, lost } = await withUnreadable()
      await expect(sessions.get(lost.id)).rejects.toMatchObject({ code: 'VALIDATION' })
      expect(await sessions.destroyAll('ann')).toBe(2)
    })
  })

  describe('reading a Cookie header', () => {
    test('finds the id among others', async () => {
      const { sessions } = benchOf()
      const { id } = await sessions.create('ann')
      for (const header of [
        `__Host-session=${id}`,
        `a=b; __Host-session=${id}; c=d`,
        `  a ;;__Host-session = ${id} ;`,
        `__Host-session=${id}; __Host-session=${id}`,
      ])
        expect(sessions.readCookie(header)).toBe(id)
    })

    test('takes no name for its own that browsers let another host set, for it begins with no prefix', async () => {
      const { sessions } = benchOf()
      const { id } = await sessions.create('ann')
      for (const space of ['\u00a0', '\f', '\v', '\u2000', '\ufeff', '\u0085', '\u00a0 '])
        for (const pair of [`${space}__Host-session=${id}`, `__Host-session${space}=${id}`])
          expect(sessions.readCookie(`a=b; ${pair}`)).toBeUndefined()
      expect(sessions.readCookie(`\u00a0__Host-session=${'A'.repeat(68)}; __Host-session=${id}`)).toBe(id)
      expect(sessions.readCookie(`a=b;\t__Host-session=${id}\t`)).toBe(id)
    })

    test('gives nothing for anything else', async () => {
      const { sessions } = benchOf()
      const { id } = await sessions.create('ann')
      const other = `${id.startsWith('x') ? 'y' : 'x'}${id.slice(1)}`
      for (const header of [
        undefined,
        null,
        never(7),
        '',
        '=',
        ';',
        'session',
        `session=${id}`,
        `__host-session=${id}`,
        `x__Host-session=${id}`,
        `__Host-session="${id}"`,
        `__Host-session=${id}=`,
        `__Host-session=${id.slice(1)}`,
        `__Host-session=${encodeURIComponent(`${id} `)}`,
        `__Host-session=${id}; __Host-session=${other}`,
        `__Host-session=; __Host-session=${id}`,
        `${'a=b; '.repeat(4_000)}__Host-session=${id}`,
      ])
        expect(sessions.readCookie(header)).toBeUndefined()
    })
  })

  test.each([undefined, null, 7, {}, '', 'x', 'x'.repeat(100_000), 'é'.repeat(68)])(
    '%j is no id',
    async (id) => {
      const { sessions } = benchOf()
      for (const use of uses(sessions)) expect(await use(never(id))).toBeFalsy()
    },
  )

  test('a store that fails is an UnavailableError, with its cause', async () => {
    const cause = new Error('down')
    const fail = () => Promise.reject(cause)
    const store: SessionStore = {
      create: fail,
      get: fail,
      change: fail,
      destroy: fail,
      destroyAll: fail,
      list: fail,
    }
    const { sessions } = benchOf({ store })
    const id = 'A'.repeat(68)
    const calls = [
      () => sessions.create('ann'),
      () => sessions.get(id),
      () => sessions.touch(id),
      () => sessions.update(id, { role: 'user' }),
      () => sessions.rotate(id),
      () => sessions.destroy(id),
      () => sessions.destroyByHandle('A'.repeat(24)),
      () => sessions.destroyAll('ann'),
      () => sessions.list('ann'),
    ]
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'The session store failed.',
        cause,
      })
  })

  test('the store never sees an id', async () => {
    const { store } = benchOf()
    const seen: unknown[] = []
    const watched = new Proxy(store, {
      get:
        (target, name: keyof SessionStore) =>
        (...args: never[]) => {
          seen.push(args)
          return (target[name] as (...all: never[]) => unknown)(...args)
        },
    })
    const { sessions } = benchOf({ store: watched })
    const { id } = await sessions.create('ann')
    await sessions.get(id)
    const rotated = await sessions.rotate(id)
    await sessions.destroy(rotated?.id ?? '')
    for (const secret of [id, rotated?.id ?? '']) expect(JSON.stringify(seen)).not.toContain(secret.slice(24))
    expect(inspect(sessions, { depth: 10 })).not.toContain(id.slice(24))
  })

  test.each<[string, object, string]>([
    ['a store without change', { store: { get() {} } }, 'store must be an object with the methods create'],
    ['idleTtl 0', { idleTtl: 0 }, 'idleTtl must be more than 0'],
    ['absoluteTtl Infinity', { absoluteTtl: Number.POSITIVE_INFINITY }, 'absoluteTtl must be more than 0'],
    ['a clock', { clock: {} }, 'clock must be an object with the methods now'],
    ['a codec', { codec: {} }, 'codec must be an object with the methods encode, decode'],
    [
      'a name without prefix',
      { cookie: { name: 'session' } },
      "cookie.name must be '__Host-' and 1 to 57 characters",
    ],
    ['a name that injects', { cookie: { name: '__Host-a; Domain=evil' } }, 'cookie.name must be'],
    ['a name that is too long', { cookie: { name: `__Host-${'a'.repeat(58)}` } }, 'cookie.name must be'],
    ['SameSite None', { cookie: { sameSite: 'none' } }, 'cookie.sameSite must be one of "lax", "strict"'],
    ['persistent', { cookie: { persistent: 1 } }, 'cookie.persistent must be true or false'],
    ['a cookie that is only a name', { cookie: '__Host-s' }, 'cookie must be an object'],
    ['a cookie that is null', { cookie: null }, 'cookie must be an object'],
  ])('refuses %s', (_, options, message) => {
    expect(() => createSessions(options)).toThrow(`@base/auth createSessions: ${message}`)
  })

  test('refuses a subject that is none, and data that is too much or cannot be carried', async () => {
    const { sessions } = benchOf()
    for (const sub of ['', 'x'.repeat(1_025), 'a\0', '\ud800', never(undefined)])
      await expect(sessions.create(sub)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        details: { option: 'sub' },
      })
    const large = sessions.create('ann', { role: 'x'.repeat(65_536) })
    await expect(large).rejects.toMatchObject({ code: 'INVALID_OPTION', details: { option: 'data' } })
    await expect(
      sessions.create(
        'ann',
        never(() => {}),
      ),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(sessions.destroyAll('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(sessions.list('')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    expect(await sessions.list('ann')).toEqual([])
  })
})
