import { expect, test, vi } from 'vitest'

test('a list that could not be loaded once is loaded at the next use', async () => {
  vi.doMock('./common-passwords.js', () => {
    throw new Error('no such chunk')
  })
  const { commonPasswords } = await import('./blocklist.js')
  const list = commonPasswords()
  await expect(list.has('password')).rejects.toThrow(Error)

  vi.doUnmock('./common-passwords.js')
  expect(await list.has('password')).toBe(true)
})
