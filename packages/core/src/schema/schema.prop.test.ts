import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson, unchecked } from './index.js'
import { utf8Length } from './utf8.js'

const anything = unchecked<unknown>()
const unlimited = { maxDepth: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY }

/** Keys that meet often, with those that are not accepted among them, and escapes. */
const keys = fc.oneof(
  fc.constantFrom('a', 'b', 'Aa', 'BB', '', '\\', '"', '__proto__', 'constructor', 'prototype', 'é'),
  fc.string({ unit: 'binary', maxLength: 3 }),
)

interface Printed {
  readonly text: string
  readonly depth: number
  readonly forbidden: boolean
  readonly duplicate: boolean
}

const space = fc.constantFrom('', '', ' ', '\n\t', '  ')
const leaf = fc.oneof(
  fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('"[{\\"a\\":1,\\"a\\":2}]"', '"\\\\"', '-1.5e+3', '"__proto__"', '"\\ud800"'),
)
/** A key as JSON writes it, each unit escaped or not. */
const printedKey = fc.tuple(keys, fc.array(fc.boolean(), { maxLength: 12 })).map(([key, escapes]) => ({
  key,
  text: `"${[...Array(key.length).keys()].map((at) => (escapes[at] ? `\\u${key.charCodeAt(at).toString(16).padStart(4, '0')}` : JSON.stringify(key[at]).slice(1, -1))).join('')}"`,
}))

/** JSON texts whose depth, keys and duplicates are known by how they were made. */
const documents = fc.letrec<{ node: Printed }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf.map((text): Printed => ({ text, depth: 0, forbidden: false, duplicate: false })),
    fc.tuple(space, fc.array(tie('node'), { maxLength: 4 })).map(
      ([gap, items]): Printed => ({
        text: `[${gap}${items.map(({ text }) => text).join(`${gap},`)}${gap}]`,
        depth: 1 + Math.max(0, ...items.map(({ depth }) => depth)),
        forbidden: items.some(({ forbidden }) => forbidden),
        duplicate: items.some(({ duplicate }) => duplicate),
      }),
    ),
    fc
      .tuple(space, fc.array(fc.tuple(printedKey, tie('node')), { maxLength: 20, size: 'max' }))
      .map(([gap, entries]): Printed => {
        const names = entries.map(([{ key }]) => key)
        return {
          text: `{${gap}${entries.map(([{ text }, node]) => `${text}${gap}:${gap}${node.text}`).join(`${gap},${gap}`)}}`,
          depth: 1 + Math.max(0, ...entries.map(([, { depth }]) => depth)),
          forbidden:
            names.some((name) => name === '__proto__' || name === 'constructor') ||
            entries.some(([, { forbidden }]) => forbidden),
          duplicate: new Set(names).size < names.length || entries.some(([, { duplicate }]) => duplicate),
        }
      }),
  ),
})).node

describe('parseJson', () => {
  test('gives what JSON.parse gives', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.json().map((json) => JSON.stringify(JSON.parse(json), null, 2)),
    )
    await fc.assert(
      fc.asyncProperty(text, async (json) => {
        const result = await parseJson(anything, json, unlimited)
        if (/__proto__|constructor/.test(json)) return
        expect(result).toEqual({ ok: true, value: JSON.parse(json) })
        expect(await parseJson(anything, new TextEncoder().encode(json), unlimited)).toEqual(result)
      }),
    )
  })

  test('refuses exactly what is listed', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.nat(6), async ({ text, depth, forbidden, duplicate }, maxDepth) => {
        const parsed: unknown = JSON.parse(text)
        const unlimitedResult = await parseJson(anything, text, unlimited)
        expect(unlimitedResult.ok).toBe(!forbidden && !duplicate)
        if (unlimitedResult.ok) expect(unlimitedResult.value).toEqual(parsed)
        else if (!duplicate) expect(unlimitedResult.error.code).toBe('JSON_FORBIDDEN_KEY')
        else if (!forbidden) expect(unlimitedResult.error.code).toBe('JSON_DUPLICATE_KEY')

        const limited = await parseJson(anything, text, { ...unlimited, maxDepth })
        expect(limited.ok).toBe(unlimitedResult.ok && depth <= maxDepth)
      }),
      { numRuns: runs({ ci: 500, soak: 50_000 }) },
    )
  })

  test('never throws for a text, and accepts nothing that JSON.parse refuses', async () => {
    const broken = fc
      .tuple(documents, fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }))
      .map(([{ text }, at, piece]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + piece + text.slice(place + 1)
      })
    await fc.assert(
      fc.asyncProperty(fc.oneof(broken, fc.string({ unit: 'binary' })), async (text) => {
        const result = await parseJson(anything, text, unlimited)
        if (result.ok) expect(result.value).toEqual(JSON.parse(text.replace(/^\ufeff/, '')))
        else expect(result.error.code).toMatch(/^JSON_/)
      }),
      { numRuns: runs({ ci: 500, soak: 50_000 }) },
    )
  })

  test('never throws for bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        const result = await parseJson(anything, bytes)
        expect(result.ok || /^JSON_/.test(result.error.code)).toBe(true)
      }),
    )
  })

  test('counts bytes as UTF-8 does, lone surrogates as well', () => {
    const unit = fc.constantFrom(
      'a',
      '\u007f',
      '\u0080',
      '\u07ff',
      '\u0800',
      '\ud800',
      '\udbff',
      '\udc00',
      '\udfff',
      '\uffff',
    )
    fc.assert(
      fc.property(fc.string({ unit }), fc.nat(40), (text, limit) => {
        const { length } = new TextEncoder().encode(text)
        expect(utf8Length(text, limit) > limit).toBe(length > limit)
      }),
    )
  })
})
