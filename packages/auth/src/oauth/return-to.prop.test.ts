import querystring from 'node:querystring'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeReturnTo } from './index.js'

const SITE = 'https://shop.example'

/** What open redirects are made of, in any order. */
const redirect = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '\\',
        '.',
        '..',
        '%2f',
        '%5c',
        '%2e',
        '%25',
        '%',
        '25',
        '2f',
        '5c',
        '%35',
        '%63',
        '%c2',
        '%c0%af',
        '%u005c',
        '%zz',
        '%09',
        '\t',
        '\n',
        '\r',
        ' ',
        '?',
        '#',
        '@',
        ':',
      ),
      fc.constantFrom('evil.example', 'https:', 'javascript:', '\uff0f', '\u2215', '\u2028', '[', ']'),
      // Marks that a normal form joins to the letter before them.
      fc.constantFrom('\u0307', '%cc%87', '\u0327', '%CC%A7', '%cc%81'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''))

/** How those behind us decode a path: not at all where an escape is broken, byte by byte, or in the way of old scripts. */
const DECODERS: readonly ((text: string) => string)[] = [
  (text) => {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  },
  // For what is beyond ASCII in it, it would take the lower byte alone.
  (text) => querystring.unescape(text.replace(/[\u0080-\u{10ffff}]/gu, encodeURIComponent)),
  globalThis.unescape,
  (text) => globalThis.unescape(text).normalize('NFKC'),
]

describe('safeReturnTo', () => {
  test('gives nothing that a browser takes for another site, however often somebody decodes it first', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          redirect,
          redirect.map((text) => `/${text}`),
        ),
        fc.array(fc.constantFrom(...DECODERS), { minLength: 4, maxLength: 4 }),
        (text, decoders) => {
          let path = safeReturnTo(text)
          for (const decode of decoders) {
            expect(new URL(path, `${SITE}/sign-in`).origin).toBe(SITE)
            const [own = ''] = path.split(/[?#]/)
            expect(own).not.toMatch(/^[/\\]{2}|[\r\n\t\\]/)
            path = decode(own)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('gives what it gives for what it gave', () => {
    fc.assert(
      fc.property(redirect, (text) => {
        const once = safeReturnTo(`/${text}`)
        expect(safeReturnTo(once)).toBe(once)
      }),
    )
  })

  test('leaves paths of plain names as they are', () => {
    const name = fc.stringMatching(/^[a-z0-9_-]{1,8}$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), name, (names, value) => {
        const path = `/${names.join('/')}?q=${value}#${value}`
        expect(safeReturnTo(path)).toBe(path)
      }),
    )
  })
})
