import { type Clock, systemClock } from '@base/core/clock'
import { type Codec, jsonCodec } from '@base/core/codec'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { reportCallbackError } from '@base/core/events'
import { checkMethods, checkOptions, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'
import { askStore } from '../opaque/ask-store.js'
import { checkName } from '../opaque/check-name.js'
import {
  createHandle,
  createOpaqueToken,
  isHandle,
  isOpaqueToken,
  readOpaqueToken,
} from '../opaque/opaque-token.js'
import { memorySessionStore } from './memory-session-store.js'
import { SessionCookie, type SessionCookieOptions } from './session-cookie.js'
import type { SessionChange, SessionKey, SessionStore, StoredSession } from './session-store.js'
import type { CreateSessionOptions, IssuedSession, Session, Sessions } from './sessions.js'

/** What a store must be able to keep, in UTF-16 units of its JSON. */
const MAX_DATA = 65_536

/** Options of {@link createSessions}; checked and read once, at construction. */
export interface SessionsOptions {
  /** Where they are kept. @defaultValue memorySessionStore() */
  readonly store?: SessionStore | undefined
  /** For how long a session may lie unused, more than 0; no longer than `absoluteTtl` counts. @defaultValue '30m' */
  readonly idleTtl?: Duration | undefined
  /** For how long a session lasts, however much it is used, more than 0. @defaultValue '12h' */
  readonly absoluteTtl?: Duration | undefined
  /** How the cookie is written. @defaultValue { name: '__Host-session', sameSite: 'lax', persistent: false } */
  readonly cookie?: SessionCookieOptions | undefined
  /** Carries the data to the store and back. @defaultValue jsonCodec */
  readonly codec?: Codec | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Sessions on the server, for browsers: the browser has a random id in a `__Host-` cookie, the store has its hash and what
 * the session holds, so a sign-out is a sign-out, at once and everywhere.
 *
 * A session ends when it lies unused for `idleTtl`, and at `absoluteTtl` whatever happens. It gets a new id at each sign-in
 * ({@link Sessions.create}) and whenever you say that its rights have grown ({@link Sessions.rotate}), so that an id which was
 * planted before, or seen, is of no use afterwards.
 *
 * Not promised: that a request of another site is refused (check `Sec-Fetch-Site`), or that who copies the cookie from the
 * browser is noticed.
 *
 * @example
 * const sessions = createSessions<{ cart: string[] }>({ store: memorySessionStore() })
 * const { id, cookie } = await sessions.create('user-1', { cart: [] })
 * new Response('Welcome', { headers: { 'set-cookie': cookie } })
 * await sessions.touch(id) // { sub: 'user-1', data: { cart: [] }, … }
 *
 * @throws InvalidOptionError naming the option.
 * @see OWASP ASVS 5.0, chapter 7; RFC 6265bis, section 4.1.3
 */
export function createSessions<Data = unknown>(options: SessionsOptions = {}): Sessions<Data> {
  return new ServerSessions<Data>(checkOptions(options, place('options')))
}

const place = /* @__PURE__ */ placeOf('createSessions')
const METHODS = ['create', 'get', 'change', 'destroy', 'destroyAll', 'list'] as const

class ServerSessions<Data> implements Sessions<Data> {
  readonly #store: SessionStore
  readonly #idleTtl: number
  readonly #absoluteTtl: number
  readonly #cookie: SessionCookie
  readonly #codec: Codec
  readonly #clock: Clock

  constructor(options: SessionsOptions) {
    const { clock = systemClock, store = memorySessionStore(), codec = jsonCodec } = options
    const { idleTtl = '30m', absoluteTtl = '12h', cookie = {} } = options
    this.#clock = checkMethods(clock, ['now'], place('clock'))
    this.#store = checkMethods(store, METHODS, place('store'))
    this.#codec = checkMethods(codec, ['encode', 'decode'], place('codec'))
    const idle = toMilliseconds(idleTtl, { ...place('idleTtl'), positive: true })
    this.#absoluteTtl = toMilliseconds(absoluteTtl, { ...place('absoluteTtl'), positive: true })
    this.#idleTtl = Math.min(idle, this.#absoluteTtl)
    this.#cookie = new SessionCookie(cookie)
  }

  async create(sub: string, data?: Data, options: CreateSessionOptions = {}): Promise<IssuedSession> {
    const { replaces } = checkOptions(options, place('options'))
    const owner = checkName(sub, place('sub'))
    const encoded = this.#encode(data)
    if (replaces !== undefined) await this.destroy(replaces)
    const { text, handle, hash } = await createOpaqueToken(createHandle())
    const ttl = { idleTtl: this.#idleTtl, absoluteTtl: this.#absoluteTtl }
    await this.#ask((store, now) => store.create({ handle, hash, sub: owner, data: encoded, ...ttl }, now))
    return { id: text, cookie: this.#cookie.set(text, this.#absoluteTtl), handle }
  }

  async get(id: string): Promise<Session<Data> | undefined> {
    const key = await keyOf(id)
    return key && this.#open(await this.#ask((store, now) => store.get(key, now)))
  }

  async touch(id: string): Promise<Session<Data> | undefined> {
    return this.#open(await this.#change(id, { idleTtl: this.#idleTtl }))
  }

  async update(id: string, data: Data): Promise<Session<Data> | undefined> {
    return this.#open(await this.#change(id, { data: this.#encode(data) }))
  }

  async rotate(id: string, data?: Data): Promise<IssuedSession | undefined> {
    const holds = data === undefined ? {} : { data: this.#encode(data) }
    const old = await keyOf(id)
    if (old === undefined) return undefined
    const { text, handle, hash } = await createOpaqueToken(old.handle)
    const session = await this.#change(id, { hash, idleTtl: this.#idleTtl, ...holds })
    if (session === undefined) return undefined
    return { id: text, cookie: this.#cookie.set(text, session.expiresAt - session.lastSeenAt), handle }
  }

  async destroy(id: string): Promise<boolean> {
    const key = await keyOf(id)
    return key !== undefined && this.#ask((store, now) => store.destroy(key.handle, key.hash, now))
  }

  async destroyByHandle(handle: string): Promise<boolean> {
    return isHandle(handle) && this.#ask((store, now) => store.destroy(handle, undefined, now))
  }

  async destroyAll(sub: string): Promise<number> {
    checkName(sub, place('sub'))
    return this.#ask((store, now) => store.destroyAll(sub, now))
  }

  async list(sub: string): Promise<readonly Session<Data>[]> {
    checkName(sub, place('sub'))
    const sessions = await this.#ask((store, now) => store.list(sub, now))
    return sessions.flatMap((session) => this.#listed(session) ?? [])
  }

  readCookie(header: string | null | undefined): string | undefined {
    const id = this.#cookie.read(header)
    return isOpaqueToken(id) ? id : undefined
  }

  clearCookie(): string {
    return this.#cookie.clear()
  }

  async #change(id: string, change: SessionChange): Promise<StoredSession | undefined> {
    const key = await keyOf(id)
    return key && this.#ask((store, now) => store.change(key, change, now))
  }

  #open(session: StoredSession | undefined): Session<Data> | undefined {
    return session && { ...session, data: this.#codec.decode(session.data) as Data }
  }

  /** One of many: what cannot be decoded must not hide the others. */
  #listed(session: StoredSession): Session<Data> | undefined {
    try {
      return this.#open(session)
    } catch (error) {
      const place = { package: '@base/auth', pattern: 'createSessions', callback: 'codec.decode' }
      reportCallbackError(error, place)
      return undefined
    }
  }

  #encode(data: unknown): string {
    const text = this.#codec.encode(data)
    if (text.length <= MAX_DATA) return text
    throw invalidOption(text, place('data'), `at most ${MAX_DATA} characters of JSON`)
  }

  #ask<T>(ask: (store: SessionStore, now: number) => PromiseLike<T>): Promise<T> {
    return askStore('session', () => ask(this.#store, this.#clock.now()))
  }
}

/** What a store gets of an id: never its text. */
async function keyOf(id: string): Promise<SessionKey | undefined> {
  const token = await readOpaqueToken(id)
  return token && { handle: token.handle, hash: token.hash }
}
