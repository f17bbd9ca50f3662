import { totpCode } from '@base/auth/totp'
import { describe, expect, test } from 'vitest'
import { authInMemory, PASSWORD } from '../../test/auth-in-memory.ts'

const away = () => Promise.reject(new Error('the store is away'))

/** Where ada is signed in. */
async function givenAda() {
  const house = authInMemory()
  const { accessToken } = (await house.post('/auth/sign-in', { username: 'ada', password: PASSWORD })).body
  const authorization = { authorization: `Bearer ${accessToken}` }
  const send = (method: string, path: string, body: object) =>
    house.send(method, `/second-factor${path}`, body, authorization)
  const start = Date.now()
  /** The code of an app, of a step of time of its own. */
  const codeAt = (secret: string, step: number) => totpCode(secret, { time: start + 30_000 * step })
  return {
    ...house,
    send,
    codeAt,
    status: () => house.auth.totp.status('ada'),
    /** Begins with an app; its secret. */
    begin: async (proof = {}) => (await send('POST', '', { password: PASSWORD, ...proof })).body.secret,
    confirm: (code: string) => send('POST', '/confirm', { code }),
  }
}

/** Where ada has an app, and codes on paper. */
async function givenAnApp() {
  const house = await givenAda()
  const app = await house.begin()
  const { recoveryCodes } = (await house.confirm(house.codeAt(app, 0))).body
  return { ...house, app, paper: [...recoveryCodes] as [string, ...string[]] }
}

describe('who has lost the authenticator app', () => {
  test('puts another in its place by a code on paper, once', async () => {
    const { begin, confirm, codeAt, send, paper } = await givenAnApp()
    const next = await begin({ recoveryCode: paper[0] })

    expect((await confirm(codeAt(next, 0))).body.recoveryCodes).toHaveLength(10)
    // It was used, and the others ended with the app.
    for (const recoveryCode of paper.slice(0, 2))
      expect((await send('POST', '', { password: PASSWORD, recoveryCode })).status).toBe(403)
  })

  test('does without it by a code on paper', async () => {
    const { send, status, paper } = await givenAnApp()
    const proof = { password: PASSWORD, recoveryCode: paper[0] }

    expect((await send('DELETE', '', { ...proof, recoveryCode: 'AAAAAA' })).status).toBe(403)
    expect((await status()).isEnrolled).toBe(true)
    expect((await send('DELETE', '', proof)).status).toBe(204)
    expect((await status()).isEnrolled).toBe(false)
  })

  test('spends no code with a wrong password, nor says two at once', async () => {
    const { send, auth, app, codeAt, paper } = await givenAnApp()
    const recoveryCode = paper[0]
    const wrong = await send('DELETE', '', { password: 'a guess that is long enough', recoveryCode })
    const both = await send('DELETE', '', { password: PASSWORD, recoveryCode, code: codeAt(app, 1) })

    expect([wrong.status, both.status]).toEqual([403, 422])
    expect(await auth.recoveryCodes.remaining('ada')).toBe(10)
  })
})

describe('an app whose confirmation was interrupted by a fault', () => {
  test.each([
    ['audit', 'append'],
    ['recoveryCodes', 'replace'],
  ] as const)(
    'in the store of %s is finished with its next code, and has its codes on paper',
    async (name, method) => {
      const { stores, begin, confirm, codeAt } = await givenAda()
      const app = await begin()
      const store = stores[name] as unknown as Record<string, unknown>
      const works = store[method]
      store[method] = away
      expect((await confirm(codeAt(app, 0))).status).toBe(503)
      store[method] = works

      expect((await confirm(codeAt(app, 0))).status).toBe(403)
      expect((await confirm(codeAt(app, 1))).body.recoveryCodes).toHaveLength(10)
    },
  )

  test('and of two that confirm it at once one has the codes on paper, which are good', async () => {
    const { auth, begin, confirm, codeAt } = await givenAda()
    const app = await begin()
    const answers = await Promise.all([confirm(codeAt(app, 0)), confirm(codeAt(app, 0))])
    const shown = answers.flatMap(({ body }) => body.recoveryCodes ?? [])

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    expect(await auth.recoveryCodes.redeem('ada', shown[0] ?? '')).toBe(true)
  })
})

test('codes on paper are not made anew by a code of the app alone while some are left', async () => {
  const { app, confirm, codeAt, auth } = await givenAnApp()

  expect((await confirm(codeAt(app, 1))).status).toBe(403)
  expect(await auth.recoveryCodes.remaining('ada')).toBe(10)
})
