import { UnavailableError } from '@base/core/errors'
import { expect, test } from 'vitest'
import { authInMemory } from '../../test/auth-in-memory.ts'

test('a sign-up that the database did not keep is a 503 that leaves the code good', async () => {
  let isAway = true
  const run = async () => {
    if (isAway) throw new UnavailableError({ message: 'The database is away.' })
  }
  const { codeFor, post } = authInMemory({ run } as never)
  const token = await codeFor('grace@example.com')
  const signUp = () => post('/accounts', { token, name: 'Grace', password: 'a moth in relay seventy' })

  expect((await signUp()).status).toBe(503)
  isAway = false
  expect((await signUp()).status).toBe(201)
})
