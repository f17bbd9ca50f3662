import { totpCode } from '@base/auth/totp'
import { describe, expect, test, vi } from 'vitest'
import { authInMemory, PASSWORD } from '../../test/auth-in-memory.ts'

const away = () => Promise.reject(new Error('the store is away'))

test.each(['find', 'rotate'] as const)(
  'a refresh whose store fails in %s is a 503 that takes nothing away: the same token is good afterwards',
  async (method) => {
    const { stores, post, signIn } = authInMemory()
    const refreshToken = await signIn()
    const working = stores.refresh[method]
    stores.refresh[method] = away
    const { status, headers, body } = await post('/auth/refresh', { refreshToken })
    stores.refresh[method] = working as never

    expect([status, body]).toMatchObject([503, { code: 'UNAVAILABLE' }])
    // Neither does it tell a client to sign in again, nor a browser to drop what it has.
    for (const name of ['www-authenticate', 'set-cookie', 'clear-site-data']) {
      expect(headers.get(name)).toBeNull()
    }
    expect((await post('/auth/refresh', { refreshToken })).status).toBe(200)
  },
)

test('a refresh for which no access token can be issued is a 503, and leaves the token good', async () => {
  const { stores, post, signIn } = authInMemory()
  const refreshToken = await signIn()
  const { find } = stores.revocations
  stores.revocations.find = away
  const { status, body } = await post('/auth/refresh', { refreshToken })
  stores.revocations.find = find

  expect([status, body]).toMatchObject([503, { code: 'REVOCATIONS_UNAVAILABLE' }])
  expect((await post('/auth/refresh', { refreshToken })).status).toBe(200)
})

test('a sign-out that nobody could note is a 503, not a success', async () => {
  const { stores, post, signIn } = authInMemory()
  const refreshToken = await signIn()
  stores.refresh.revokeFamily = away

  expect((await post('/auth/sign-out', { refreshToken })).status).toBe(503)
})

/** Where ada has an authenticator app, with its codes, each of another step of time, and codes on paper. */
async function givenAnApp() {
  const house = authInMemory()
  const { totp, recoveryCodes } = house.auth
  const { secret } = await totp.enroll('ada', { account: 'ada' })
  const start = Date.now()
  let steps = 0
  const code = () => totpCode(secret, { time: start + 30_000 * steps++ })
  await totp.confirm('ada', code())
  const paper = await recoveryCodes.generate('ada')
  const begin = async () => {
    const { body } = await house.post('/auth/sign-in', { username: 'ada', password: PASSWORD })
    return body.secondStep
  }
  return { ...house, code, paper, begin }
}

test.each([
  ['actionTokens', 'take'],
  ['audit', 'append'],
  ['refresh', 'start'],
] as const)(
  'a second step that a fault in the store of %s interrupts is not used up: it goes on with another code',
  async (name, method) => {
    const { stores, post, begin, code, paper } = await givenAnApp()
    const token = await begin()
    const store = stores[name] as unknown as Record<string, unknown>
    const works = store[method]
    store[method] = away
    const interrupted = await post('/auth/sign-in/second-step', { token, code: code() })
    store[method] = works
    const goesOn = await post('/auth/sign-in/second-step', { token, recoveryCode: paper[0] })
    const again = await post('/auth/sign-in/second-step', { token, recoveryCode: paper[1] })

    expect([interrupted.status, goesOn.status, again.status]).toEqual([503, 200, 401])
  },
)

test('a second step that two end at once, each with a code of its own, signs one in', async () => {
  const { auth, post, begin, paper } = await givenAnApp()
  const token = await begin()
  const end = (recoveryCode = '') => post('/auth/sign-in/second-step', { token, recoveryCode })
  const answers = await Promise.all([end(paper[0]), end(paper[1])])

  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  expect(await auth.refresh.sessions('ada')).toHaveLength(1)
})

test('a browser that another site makes sign in is refused before anything is used up or recorded', async () => {
  const { auth, stores, post, begin, code } = await givenAnApp()
  const token = await begin()
  const step = { token, code: code(), cookie: true }
  const evil = { origin: 'https://evil.example' }
  const append = vi.spyOn(stores.audit, 'append')
  for (const [path, body] of [
    ['/auth/sign-in', { username: 'ada', password: PASSWORD, cookie: true }],
    ['/auth/sign-in/second-step', step],
  ] as const) {
    const { status, body: answer } = await post(path, body, evil)
    expect([status, answer.code]).toEqual([403, 'CROSS_SITE'])
  }

  expect(append).not.toHaveBeenCalled()
  expect((await post('/auth/sign-in/second-step', step)).status).toBe(200)
  expect(await auth.sessions.list('ada')).toHaveLength(1)
})

describe('wrong passwords of one account', () => {
  const WRONG = 'a wrong one of that length'
  const statusOf = async ({ post }: ReturnType<typeof authInMemory>, username: string, password: string) =>
    (await post('/auth/sign-in', { username, password })).status

  test('are counted together by whichever name, and that two names are of one account is not told', async () => {
    const house = authInMemory()
    const tries = async (username: string, times: number) => {
      const statuses = new Set<number>()
      for (let n = 0; n < times; n++) statuses.add(await statusOf(house, username, WRONG))
      return [...statuses]
    }

    expect(await tries('ada', 20)).toEqual([401])
    // By its other name as somebody who is not there is: no attempt is left, but it says 401.
    expect(await statusOf(house, 'ada@example.com', PASSWORD)).toBe(401)
    expect(await tries('ada@example.com', 20)).toEqual([401, 429])
    expect(await tries('eve@example.com', 21)).toEqual([401, 429])
  })

  test('begin anew by all names once it was right', async () => {
    const house = authInMemory()
    for (let n = 0; n < 19; n++) await statusOf(house, 'ada', WRONG)
    expect(await statusOf(house, 'ada@example.com', PASSWORD)).toBe(200)
    for (let n = 0; n < 19; n++) await statusOf(house, 'ada@example.com', WRONG)

    expect(await statusOf(house, 'ada@example.com', PASSWORD)).toBe(200)
  })
})
