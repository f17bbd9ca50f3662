import { totpCode } from '@base/auth/totp'
import { describe, expect, test } from 'vitest'
import { authInMemory, PASSWORD } from '../../test/auth-in-memory.ts'

const NEXT = 'a moth in relay seventy'
const away = () => Promise.reject(new Error('the store is away'))

type House = ReturnType<typeof authInMemory>

/** Does something before a method of a store is called for the first time. */
function before<K extends string>(
  store: Record<K, (...args: never[]) => unknown>,
  name: K,
  act: () => Promise<void>,
): void {
  const method = store[name]
  store[name] = async (...args) => {
    store[name] = method
    await act()
    return method.apply(store, args)
  }
}

/** Where ada is signed in. */
async function signIns({ auth }: House): Promise<number> {
  return (await auth.refresh.sessions('ada')).length + (await auth.sessions.list('ada')).length
}

/** Enrols an app, and gives its codes; each is of another step of time. */
async function withApp({ auth }: House): Promise<() => string> {
  const { secret } = await auth.totp.enroll('ada', { account: 'ada' })
  const start = Date.now()
  let steps = 0
  const code = () => totpCode(secret, { time: start + 30_000 * steps++ })
  await auth.totp.confirm('ada', code())
  return code
}

describe('a sign-in with the old password that is made while a new one is set, and all sign-ins have ended before it is', () => {
  /** Sets the new password from its beginning to its end. */
  async function reset({ post }: House, token: string): Promise<void> {
    expect((await post('/accounts/reset-password', { token, password: NEXT })).status).toBe(204)
  }

  test('gives no tokens, and is in no list', async () => {
    const house = authInMemory()
    const token = await house.codeFor()
    before(house.stores.refresh, 'start', () => reset(house, token))
    const { status, body } = await house.post('/auth/sign-in', { username: 'ada', password: PASSWORD })

    expect([status, body.code, body.refreshToken]).toEqual([401, 'SIGN_IN_FAILED', undefined])
    expect(await signIns(house)).toBe(0)
  })

  test('gives no cookie', async () => {
    const house = authInMemory()
    const token = await house.codeFor()
    before(house.stores.sessions, 'create', () => reset(house, token))
    const input = { username: 'ada', password: PASSWORD, cookie: true }
    const { status, headers } = await house.post('/auth/sign-in', input)

    expect([status, headers.get('set-cookie')]).toEqual([401, null])
    expect(await signIns(house)).toBe(0)
  })

  test.each(['find', 'add'])('asks for no second factor, before %s', async (when) => {
    const house = authInMemory()
    await withApp(house)
    const token = await house.codeFor()
    const { totp, actionTokens } = house.stores
    if (when === 'add') before(actionTokens, 'add', () => reset(house, token))
    else before(totp, 'find', () => reset(house, token))
    const { status, body } = await house.post('/auth/sign-in', { username: 'ada', password: PASSWORD })

    expect([status, body.secondStep]).toEqual([401, undefined])
  })

  test('gives no tokens for a second factor either', async () => {
    const house = authInMemory()
    const code = await withApp(house)
    const token = await house.codeFor()
    const { secondStep } = (await house.post('/auth/sign-in', { username: 'ada', password: PASSWORD })).body
    before(house.stores.refresh, 'start', () => reset(house, token))
    const { status } = await house.post('/auth/sign-in/second-step', { token: secondStep, code: code() })

    expect([status, await signIns(house)]).toEqual([401, 0])
  })

  test('and one that is made before they end is ended with them', async () => {
    const house = authInMemory()
    const token = await house.codeFor()
    let refreshToken = ''
    before(house.stores.refresh, 'revokeAll', async () => {
      // The password is replaced by now.
      refreshToken = await house.signIn()
    })
    await reset(house, token)

    expect([refreshToken, await signIns(house)]).toEqual([undefined, 0])
  })
})

describe('a new password whose setting was interrupted by a fault', () => {
  test.each(['refresh', 'sessions', 'actionTokens'] as const)(
    'in the store of %s is set, and all sign-ins are ended, by coming again with the same code and password',
    async (name) => {
      const house = authInMemory()
      const { stores, post } = house
      const token = await house.codeFor()
      const thief = await house.signIn()
      const ending = { refresh: 'revokeAll', sessions: 'destroyAll', actionTokens: 'take' } as const
      const store = stores[name] as unknown as Record<string, unknown>
      const method = ending[name]
      const works = store[method]
      store[method] = away
      const set = (password: string) => post('/accounts/reset-password', { token, password })
      const interrupted = await set(NEXT)
      store[method] = works

      expect(interrupted.status).toBe(503)
      // The code sets no second password.
      expect((await set('another one of that length')).status).toBe(401)
      expect((await set(NEXT)).status).toBe(204)
      expect((await post('/auth/refresh', { refreshToken: thief })).status).toBe(401)
      expect(await house.signIn()).toBeUndefined()
      expect(await house.signIn(NEXT)).toBeDefined()
      expect((await set(NEXT)).status).toBe(401)
    },
  )

  test('cannot be guessed with a code that is left: a guess counts as an attempt to sign in', async () => {
    const house = authInMemory()
    const [first, second] = [await house.codeFor(), await house.codeFor()]
    const set = (token: string, password: string) =>
      house.post('/accounts/reset-password', { token, password }).then(({ status }) => status)
    house.stores.refresh.revokeAll = away
    expect(await set(first, NEXT)).toBe(503)
    const guesses: number[] = []
    for (let n = 0; n < 21; n++) guesses.push(await set(second, `another one of length ${n}`))

    expect(guesses).toEqual([...Array.from({ length: 20 }, () => 401), 429])
  })

  test('is set once by one code, whatever two say at once', async () => {
    const house = authInMemory()
    const token = await house.codeFor()
    const set = (password: string) => house.post('/accounts/reset-password', { token, password })
    const answers = await Promise.all([set(NEXT), set('another one of that length')])

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401])
  })
})

test.each(['ada@example.com', 'lovelace and her cards'])(
  'a new password is not made of the name or the address of its customer: %s',
  async (password) => {
    const { codeFor, post } = authInMemory()
    const { status, body } = await post('/accounts/reset-password', { token: await codeFor(), password })

    expect([status, body.code]).toEqual([422, 'VALIDATION'])
  },
)
