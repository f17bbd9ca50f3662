import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createHandle, createOpaqueToken, hashText, isHandle, readOpaqueToken } from './opaque-token.js'

describe('an opaque token', () => {
  test('is a handle of 144 bits and a secret of 264, and comes back as it was', async () => {
    const handle = createHandle()
    const token = await createOpaqueToken(handle)

    expect(handle).toHaveLength(24)
    expect(token.text).toHaveLength(68)
    expect(token.text.startsWith(handle)).toBe(true)
    expect(await readOpaqueToken(token.text)).toEqual(token)
  })

  test('is stored as the SHA-256 of its whole text', async () => {
    const token = await createOpaqueToken(createHandle())
    expect(token.hash).toBe(createHash('sha256').update(token.text).digest('base64url'))
    expect(await hashText('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })

  test('never comes twice', async () => {
    const tokens = await Promise.all(Array.from({ length: 500 }, () => createOpaqueToken(createHandle())))
    expect(new Set(tokens.map(({ handle }) => handle)).size).toBe(500)
    expect(new Set(tokens.map(({ text }) => text.slice(24))).size).toBe(500)
  })

  test('has one text only: each character counts, and no other encoding of its bytes is read', async () => {
    const { text, hash } = await createOpaqueToken('-'.repeat(24))
    for (let index = 0; index < text.length; index++) {
      const other = text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
      expect((await readOpaqueToken(other))?.hash).not.toBe(hash)
    }
    const variants = [
      `${text}=`,
      `${text}\n`,
      ` ${text}`,
      text.replaceAll('-', '+'),
      `${text}%20`,
      `"${text}"`,
    ]
    for (const variant of variants) expect(await readOpaqueToken(variant)).toBeUndefined()
  })

  test.each([
    undefined,
    null,
    7,
    '',
    'x',
    'x'.repeat(67),
    'x'.repeat(69),
    'é'.repeat(68),
    {},
    ['x'.repeat(68)],
  ])('is not read from %j', async (value) => {
    expect(await readOpaqueToken(value)).toBeUndefined()
  })

  test('has a handle that is known by its form', () => {
    expect(isHandle(createHandle())).toBe(true)
    for (const value of ['', 'x'.repeat(23), 'x'.repeat(25), '+'.repeat(24), 7, undefined])
      expect(isHandle(value)).toBe(false)
  })
})
