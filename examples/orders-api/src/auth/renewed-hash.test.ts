import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import { totpCode } from '@base/auth/totp'
import { expect, test } from 'vitest'
import { authInMemory, PASSWORD } from '../../test/auth-in-memory.ts'

const NEXT = 'a moth in relay seventy'
const ofToday = createPasswords({ kdf: nodeRsArgon2() })
const ofLastYear = createPasswords({ kdf: nodeRsArgon2({ memory: 19_456, passes: 2 }) })

type House = ReturnType<typeof authInMemory>

const hashOf = async ({ auth }: House) => (await auth.accounts.find('ada'))?.passwordHash ?? ''

/** Puts another hash of the same password in its place, as a sign-in of another device does. */
async function rehash(house: House, passwords = ofToday): Promise<void> {
  const next = await passwords.hash(PASSWORD)
  await house.auth.accounts.renewHash('ada', await hashOf(house), next)
}

/** The service where ada has signed in last a year ago. */
async function givenAnOldHash(): Promise<House> {
  const house = authInMemory()
  await rehash(house, ofLastYear)
  return house
}

const signInAs = ({ post }: House, more = {}) =>
  post('/auth/sign-in', { username: 'ada', password: PASSWORD, ...more })

/** Has something happen right before a method is called for the first time. */
function before(target: object, name: string, act: () => Promise<unknown>): void {
  const methods = target as Record<string, (...args: unknown[]) => unknown>
  const method = methods[name] as (...args: unknown[]) => unknown
  methods[name] = async (...args) => {
    methods[name] = method
    await act()
    return method.apply(target, args)
  }
}

test.each([{}, { cookie: true }])(
  'two sign-ins at once that renew the hash are both let in %j',
  async (more) => {
    const house = await givenAnOldHash()
    const answers = await Promise.all([signInAs(house, more), signInAs(house, more)])

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await hashOf(house)).toContain('m=47104')
  },
)

test('a sign-in is made though another one renews the hash after its password was right', async () => {
  const house = authInMemory()
  before(house.stores.refresh, 'start', () => rehash(house))

  expect((await signInAs(house)).status).toBe(200)
})

test('a sign-in is made though nobody heard that the hash was renewed', async () => {
  const house = await givenAnOldHash()
  const { accounts } = house.auth
  const { renewHash } = accounts
  accounts.renewHash = async (...args) => {
    await renewHash(...args)
    throw new Error('the connection was lost after the commit')
  }

  expect((await signInAs(house)).status).toBe(200)
  expect(await hashOf(house)).toContain('m=47104')
})

test('a sign-in that waits for its second factor goes on after another one has renewed the hash', async () => {
  const house = authInMemory()
  const { secret } = await house.auth.totp.enroll('ada', { account: 'ada' })
  const now = Date.now()
  await house.auth.totp.confirm('ada', totpCode(secret, { time: now }))
  const { secondStep } = (await signInAs(house)).body
  await rehash(house)
  const code = totpCode(secret, { time: now + 30_000 })

  expect((await house.post('/auth/sign-in/second-step', { token: secondStep, code })).status).toBe(200)
})

test('a code for a new password is good after a sign-in has renewed the hash, also in the middle of its use', async () => {
  const house = await givenAnOldHash()
  const token = await house.codeFor()
  await signInAs(house)
  before(house.auth.accounts, 'replacePassword', () => rehash(house))

  expect((await house.post('/accounts/reset-password', { token, password: NEXT })).status).toBe(204)
  expect(await house.signIn(NEXT)).toBeDefined()
})

test('two sign-ins at once that renew the hash are both refused where a new password comes between', async () => {
  const house = await givenAnOldHash()
  const token = await house.codeFor()
  const { accounts } = house.auth
  const { renewHash } = accounts
  let reset: Promise<unknown> | undefined
  accounts.renewHash = async (...args) => {
    reset ??= house.post('/accounts/reset-password', { token, password: NEXT })
    expect(await reset).toMatchObject({ status: 204 })
    return renewHash(...args)
  }
  const answers = await Promise.all([signInAs(house), signInAs(house)])

  expect(answers.map(({ status }) => status)).toEqual([401, 401])
  expect(await house.auth.refresh.sessions('ada')).toEqual([])
  expect(await house.signIn(NEXT)).toBeDefined()
})
