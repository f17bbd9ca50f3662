import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { describeEngines } from './engines.ts'
import type { TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  beforeAll(async () => {
    service = await start()
  })
  afterAll(() => service?.stop())

  test('of two admins who take each other the role at once one keeps it', async () => {
    const { accounts, tokens } = service.auth
    await service.send('PUT', '/accounts/ada/roles', { roles: ['admin'] }, 'charles')
    const { token } = await tokens.issueAccess({ sub: 'ada', clientId: 'test', roles: ['admin'] })
    const [verify, both] = [tokens.verifyAccess.bind(tokens), Promise.withResolvers<void>()]
    let asked = 0
    // Both are let in before either goes on.
    const spy = vi.spyOn(tokens, 'verifyAccess').mockImplementation(async (text) => {
      const verified = await verify(text)
      if (++asked === 2) both.resolve()
      await both.promise
      return verified
    })
    const demote = async (username: string, accessToken: string) =>
      service.fetch(`/accounts/${username}/roles`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({ roles: ['customer'] }),
      })
    const answers = await Promise.all([
      demote('charles', token),
      demote('ada', await service.tokenOf('charles')),
    ])
    spy.mockRestore()

    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`).sort()).toEqual([
      '200 ',
      '403 FORBIDDEN',
    ])
    const left = await Promise.all(['ada', 'charles'].map((name) => accounts.find(name)))
    expect(left.filter((account) => account?.roles.includes('admin'))).toHaveLength(1)
  })
})
