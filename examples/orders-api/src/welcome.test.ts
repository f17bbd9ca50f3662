import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KNOWN_PASSWORD } from './accounts/demo-accounts.ts'
import { welcome } from './welcome.ts'

const addresses = { url: 'http://127.0.0.1:3000', gatewayUrl: 'http://127.0.0.1:3001' }

test('the README shows the lines that the start prints', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('curl '))

  expect(lines(readme).slice(0, 3)).toEqual(lines(welcome(addresses)))
})

test('a password that was set is not known, and so not printed', () => {
  expect(welcome(addresses)).toContain(KNOWN_PASSWORD)
  expect(welcome(addresses, true)).not.toContain(KNOWN_PASSWORD)
})
