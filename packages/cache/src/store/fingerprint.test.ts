import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.js'

test('a fingerprint is a whole number, of a text of any length and any characters', () => {
  for (const text of ['', 'a', 'ключ', '🔑', 'x'.repeat(100_000)]) {
    expect(Number.isSafeInteger(fingerprintOf(text))).toBe(true)
    expect(fingerprintOf(text)).toBe(fingerprintOf(`${text}`))
  }
})

test('texts that differ anywhere, and are alike in all else, have different ones', () => {
  const long = 'x'.repeat(1_000)
  const texts = new Set(['', '\0', '\0\0', 'ab', 'ba', 'a\u0161', 'aa'])
  for (let id = 0; id < 100_000; id++) texts.add(`user:${id}`).add(`${id}:user`)
  for (let at = 0; at < long.length; at++) texts.add(`${long.slice(0, at)}y${long.slice(at)}`)
  expect(new Set([...texts].map(fingerprintOf)).size).toBe(texts.size)
})

test('all bits of it take part', () => {
  const seen = Array.from({ length: 53 }, () => 0)
  for (let id = 0; id < 1_000; id++) {
    const bits = fingerprintOf(`user:${id}`).toString(2).padStart(53, '0')
    for (const [place, bit] of [...bits].entries()) seen[place] = (seen[place] ?? 0) + Number(bit)
  }
  for (const count of seen) expect(Math.abs(count - 500)).toBeLessThan(100)
})
