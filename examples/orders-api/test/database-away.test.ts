import { secret } from '@base/core/secret'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { type Answer, startService, type TestService } from './start-service.ts'
import { type Tokens, userOf } from './user.ts'

/** Whatever needs the database. */
function askAll(service: TestService, { refreshToken, accessToken }: Tokens): Promise<Answer[]> {
  const user = userOf(service)
  return Promise.all([
    user.trySignIn('ada', KNOWN_PASSWORD),
    user.refresh(refreshToken),
    user.sessions(accessToken),
    user.order('MUG', accessToken),
    user.post('/accounts/codes', { email: 'ada@example.com' }),
    service.get('/items/MUG'),
  ])
}

describeWithPrivateService('postgres', {}, (postgres) => {
  let service: TestService
  beforeAll(async () => {
    service = await startService({ databaseUrl: secret(postgres.url) })
  })
  afterAll(() => service.stop())

  test('where the database is away, whoever signs in or renews is told to come back, and nothing is lost', async () => {
    const user = userOf(service)
    const { refreshToken, accessToken } = await user.signIn()
    await postgres.kill()
    const answers = await askAll(service, { refreshToken, accessToken })
    await postgres.start()

    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      answers.map(() => '503 UNAVAILABLE'),
    )
    expect(answers.every(({ headers }) => headers.has('retry-after'))).toBe(true)
    // What drizzle says of a statement holds what was sent with it.
    expect(JSON.stringify(service.log.lines)).not.toMatch(/params|ada@example\.com/)
    expect((await user.refresh(refreshToken)).status).toBe(200)
  })

  test('where it is frozen they are told so too, once its time is over', async () => {
    await using impatient = await startService({
      databaseUrl: secret(postgres.url),
      databaseTimeout: '2s',
    })
    const user = userOf(impatient)
    const { refreshToken, accessToken } = await user.signIn()
    await postgres.pause()
    const answers = await askAll(impatient, { refreshToken, accessToken }).finally(() => postgres.resume())

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    expect(answers.every(({ headers }) => headers.has('retry-after'))).toBe(true)
    expect((await user.refresh(refreshToken)).status).toBe(200)
    expect((await user.sessions(accessToken)).status).toBe(200)
  })
})
