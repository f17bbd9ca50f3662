import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { openKnownCustomers } from './known-customers.ts'

test('who is a customer is asked once; who is none, each time, for tomorrow it may be one', async () => {
  const asked: string[] = []
  const there = new Set(['ada'])
  const findById = async (username: string) => {
    asked.push(username)
    return there.has(username) ? { username, name: '', email: '', version: 1 } : undefined
  }
  const known = openKnownCustomers({ customers: { findById } }, new TestClock())

  expect([await known.has('ada'), await known.has('ada'), await known.has('grace')]).toEqual([
    true,
    true,
    false,
  ])
  there.add('grace')
  expect([await known.has('grace'), await known.has('grace')]).toEqual([true, true])
  expect(asked).toEqual(['ada', 'grace', 'grace'])
  await known.close()
})
