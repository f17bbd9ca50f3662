import { secret } from '@base/core/secret'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { startService, type TestService } from './start-service.ts'
import { userOf } from './user.ts'

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
    const answers = await Promise.all([
      user.trySignIn('ada', KNOWN_PASSWORD),
      user.refresh(refreshToken),
      user.sessions(accessToken),
      user.order('MUG', accessToken),
      user.post('/accounts/codes', { email: 'ada@example.com' }),
      service.get('/items/MUG'),
    ])
    await postgres.start()

    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      answers.map(() => '503 UNAVAILABLE'),
    )
    expect(answers.every(({ headers }) => headers.has('retry-after'))).toBe(true)
    // What drizzle says of a statement holds what was sent with it.
    expect(JSON.stringify(service.log.lines)).not.toMatch(/params|ada@example\.com/)
    expect((await user.refresh(refreshToken)).status).toBe(200)
  })
})
