import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryLogger } from '../testing/index.js'

const SECRET = 'Hunter2Hunter2'
const some = fc
  .string({ unit: fc.constantFrom(...`'!()*~-._aZ9 ,;:@/?#[]{}<>&=+$%"é`), maxLength: 12 })
  // Between two items of a list that are quoted stands the same.
  .filter((text) => !/'\)*[,:|][\s([{]*['"\s]/.test(text))
type Write = (password: string) => string
/** As axios and Angular write the values of a query: what stands here is not escaped. */
const escapedBut = (characters: string) => (password: string) =>
  encodeURIComponent(password).replace(/%[2-7]\w/g, (code) => {
    const character = decodeURIComponent(code)
    return characters.includes(character) ? character : code
  })
const axios = (password: string) => escapedBut(':$,')(password).replaceAll('%20', '+')
const angular = escapedBut('@:$,=?/')
/** What would end a parameter, or closes a bracket. */
const raw = (password: string) => password.replace(/[&;#%\s\]}]/g, encodeURIComponent)
const urls: readonly Write[] = [
  (password) => `postgres://app:${encodeURIComponent(password)}@db/x`,
  (password) => Object.assign(new URL('https://git.example/x'), { username: 'app', password }).href,
  (password) => Object.assign(new URL('redis://cache/0'), { username: `${password}o`, password }).href,
  (password) => `/login?user=a&password=${encodeURIComponent(password)}&x=1`,
  (password) => `https://a.example/#access_token=${encodeURIComponent(password)}`,
  (password) => `/login?password=${axios(password)}&x=1`,
  (password) => `/login?password=${angular(password)}&x=1`,
  (password) => Object.assign(new URL('https://a.example/'), { hash: `token=${raw(password)}` }).href,
  (password) => Object.assign(new URL('redis://cache/0'), { search: `?token=${raw(password)}` }).href,
  (password) => `/login?next=${encodeURIComponent(`/cb?token=${encodeURIComponent(password)}&x=1`)}&x=1`,
  (password) => `/a?b=${encodeURIComponent(`https://app:${encodeURIComponent(password)}@b.example/`)}`,
  (password) => `/a?b=${encodeURIComponent(JSON.stringify({ c: [{ password }] }))}`,
]
const forms: readonly Write[] = [
  (password) => `password=${encodeURIComponent(password)}&x=1`,
  (password) => `${new URLSearchParams({ token: password })}`,
]
const texts = fc.oneof(
  fc.tuple(fc.constantFrom(...urls), fc.constantFrom('', "'", '"')),
  fc.tuple(fc.constantFrom(...forms), fc.constant('')),
)

test('no password in a URL, a query or a form is printed, whatever it is made of', () => {
  fc.assert(
    fc.property(some, some, texts, (before, after, [write, quote]) => {
      const memory = memoryLogger()
      memory.logger.info({ url: quote + write(before + SECRET + after) + quote })
      expect(memory.text).not.toContain(SECRET)
    }),
    { numRuns: runs({ ci: 500, soak: 100_000 }) },
  )
})
