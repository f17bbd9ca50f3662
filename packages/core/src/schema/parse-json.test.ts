import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { JsonError, type ParseJsonOptions, parseJson, type StandardSchemaV1, unchecked } from './index.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (input: string | Uint8Array, options?: ParseJsonOptions) =>
  parseJson(unchecked(), input, options)
const codeOf = async (input: string | Uint8Array, options?: ParseJsonOptions) => {
  const result = await parse(input, options)
  return result.ok ? 'ok' : result.error.code
}
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

describe('parseJson', () => {
  test('gives what the schema makes of the text', async () => {
    const order = z.object({ lines: z.array(z.object({ quantity: z.int().min(1) })) })
    const value = { lines: [{ quantity: 2 }] }
    expect(await parseJson(order, JSON.stringify(value))).toEqual({ ok: true, value })
    expect(await parseJson(order, bytes(JSON.stringify(value)))).toEqual({ ok: true, value })
    expect(await parseJson(order, '{"lines":[{"quantity":0}]}')).toMatchObject({
      ok: false,
      error: { code: 'VALIDATION', issues: [{ path: 'lines.0.quantity' }] },
    })
  })

  test('waits for an asynchronous schema', async () => {
    const schema = z.string().refine(async (text) => text === 'a')
    expect(await parseJson(schema, '"a"')).toEqual({ ok: true, value: 'a' })
    expect((await parseJson(schema, '"b"')).ok).toBe(false)
  })

  describe('refuses what is no JSON', () => {
    test.each([
      '',
      ' ',
      '{',
      '}',
      '[1,]',
      '{"a":1,}',
      '{"a"}',
      "{'a':1}",
      'undefined',
      'NaN',
      '01',
      '"',
      '"\n"',
      '{"\\x":1}',
      '{"\\u00":1,"\\u00":1}',
      '[1}',
      '{]',
      '\u00a01',
      '/* */1',
      '1 2',
      ']]]]{"a":1}',
    ])('%j', async (text) => {
      expect(() => JSON.parse(text)).toThrow()
      expect(await codeOf(text)).toBe('JSON_MALFORMED')
    })

    test('saying where, and showing nothing of it', async () => {
      const result = await parse('{"password":"hunter2", hunter2}')
      expect(result).toMatchObject({
        error: {
          kind: 'invalid',
          details: { position: 23 },
          message: 'The text is not JSON, from position 23.',
        },
      })
      expect(JSON.stringify(result)).not.toContain('hunter2')
      const short = await parse('hunter2')
      expect(short).toMatchObject({ error: { message: 'The text is not JSON.' } })
      expect((short as { error: Error }).error.cause).toBeUndefined()
    })

    test.each([undefined, null, 7, {}, [], new ArrayBuffer(2)])(
      'neither text nor bytes: %o',
      async (input) => {
        expect(await codeOf(input as never)).toBe('JSON_MALFORMED')
      },
    )
  })

  describe('refuses what is too large', () => {
    test('by the bytes in UTF-8, also of a text', async () => {
      for (const text of ['"abcdefgh"', '"ééééé"', '"€€€€"', '"😀😀"', '"\ud800\ud800"']) {
        const { length } = bytes(text)
        expect(await codeOf(text, { maxBytes: length })).toBe('ok')
        expect(await codeOf(text, { maxBytes: length - 1 })).toBe('JSON_TOO_LARGE')
        expect(await codeOf(bytes(text), { maxBytes: length })).toBe('ok')
        expect(await codeOf(bytes(text), { maxBytes: length - 1 })).toBe('JSON_TOO_LARGE')
      }
    })

    test('which is of kind too_large, and 1 MiB by default', async () => {
      expect(await codeOf(JSON.stringify('x'.repeat(1_048_574)))).toBe('ok')
      const result = await parse(JSON.stringify('x'.repeat(1_048_575)))
      expect(result).toMatchObject({
        error: { kind: 'too_large', code: 'JSON_TOO_LARGE', details: { maxBytes: 1_048_576 } },
      })
      expect(
        await codeOf(JSON.stringify('x'.repeat(2_000_000)), { maxBytes: Number.POSITIVE_INFINITY }),
      ).toBe('ok')
    })
  })

  describe('refuses what is nested too deep', () => {
    test('which is deeper than 64 by default', async () => {
      expect(await codeOf(nested(64))).toBe('ok')
      expect(await codeOf(nested(65))).toBe('JSON_TOO_DEEP')
      expect(await codeOf(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`)).toBe('JSON_TOO_DEEP')
    })

    test('counting arrays and objects, not what stands beside them', async () => {
      expect(await codeOf('7', { maxDepth: 0 })).toBe('ok')
      expect(await codeOf('[]', { maxDepth: 0 })).toBe('JSON_TOO_DEEP')
      expect(await codeOf('[[],[],{},[{"a":"[[[[["}]]', { maxDepth: 3 })).toBe('ok')
      expect(await codeOf('[[],[],{},[{"a":[]}]]', { maxDepth: 3 })).toBe('JSON_TOO_DEEP')
    })

    test('before anything is built', async () => {
      expect(await codeOf('['.repeat(1_000_000))).toBe('JSON_TOO_DEEP')
    })

    test('and with no limit it does not break either', async () => {
      expect(await codeOf(nested(100_000), { maxDepth: Number.POSITIVE_INFINITY })).toBe('ok')
    })
  })

  describe('refuses keys that could change a prototype', () => {
    test.each([
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{}}}',
      '[{"a":[{"__proto__":1}]}]',
      '{"\\u005f_proto__":1}',
      '{"__pr\\u006fto__":1}',
      '{"c\\u006Fnstructor":1}',
      '{"\\u005f\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f":1}',
      '{ "a" : 1 ,\n"__proto__"\t: 1 }',
    ])('%s', async (text) => {
      const result = await parse(text)
      expect(result).toMatchObject({ error: { code: 'JSON_FORBIDDEN_KEY', kind: 'invalid' } })
      expect({}).not.toHaveProperty('admin')
    })

    test.each([
      '{"a":"__proto__"}',
      '["__proto__","constructor"]',
      '{"proto":1,"__proto":2,"__Proto__":3,"constructors":4,"prototype":5,"_constructor":6}',
      '{"a":"\\"__proto__\\":1"}',
      '{"\\\\u005f_proto__":1}',
    ])('and not what only looks like them: %s', async (text) => {
      expect(await parse(text)).toEqual({ ok: true, value: JSON.parse(text) })
    })
  })

  describe('refuses a key twice in one object', () => {
    test.each([
      '{"a":1,"a":2}',
      '{"a":{"b":1},"c":[],"a":2}',
      '[{"x":[{"a":1,"b":2,"a":3}]}]',
      '{"":1,"":2}',
      '{"a":1,"\\u0061":2}',
      '{"\\n":1,"\\u000a":2}',
      '{"é":1,"\\u00e9":2}',
      '{"\\\\":1,"\\u005c":2}',
      `{${Array.from({ length: 40 }, (_, n) => `"k${n}":${n}`).join()},"k39":0}`,
      `{${Array.from({ length: 40 }, (_, n) => `"k${n}":${n}`).join()},"k\\u0030":0}`,
      `{${Array.from({ length: 16 }, (_, n) => `"k${n}":${n}`).join()},"k0":0}`,
    ])('%s', async (text) => {
      expect(await parse(text)).toMatchObject({ error: { code: 'JSON_DUPLICATE_KEY', kind: 'invalid' } })
    })

    test('saying where', async () => {
      expect(await parse('{"a":1,"a":2}')).toMatchObject({
        error: {
          details: { position: 8 },
          message: 'The JSON text has a key twice in one object, at position 8.',
        },
      })
    })

    test.each([
      '[{"a":1},{"a":2}]',
      '{"a":{"a":{"a":1}}}',
      '{"a":{"b":1},"b":{"b":2}}',
      '{"a":["a","a"],"b":"a"}',
      // Equal in the weak hash: 31 × 65 + 97 = 31 × 66 + 66.
      '{"Aa":1,"BB":2,"AaBB":3,"BBAa":4}',
      '{"\\\\a":1,"\\\\b":2}',
    ])('and not the same key elsewhere: %s', async (text) => {
      expect(await parse(text)).toEqual({ ok: true, value: JSON.parse(text) })
    })
  })

  describe('refuses bytes that are not UTF-8', () => {
    test.each([
      ['a byte that never occurs', [0x22, 0xff, 0x22]],
      ['a character that is cut off', [0x22, 0xe2, 0x82, 0x22]],
      ['a longer form of a quote', [0x22, 0xc0, 0xa2, 0x22]],
      ['half of a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
      ['UTF-16', [0xff, 0xfe, 0x31, 0x00]],
    ])('%s', async (_name, input) => {
      expect(await codeOf(new Uint8Array(input))).toBe('JSON_NOT_UTF8')
    })

    test('and passes over one byte order mark', async () => {
      expect(await parse('\ufeff1')).toEqual({ ok: true, value: 1 })
      expect(await parse(bytes('\ufeff1'))).toEqual({ ok: true, value: 1 })
      expect(await codeOf('\ufeff\ufeff1')).toBe('JSON_MALFORMED')
      expect(await codeOf(bytes('\ufeff\ufeff1'))).toBe('JSON_MALFORMED')
    })
  })

  test('finds the end of a string of any length, wherever its escapes stand', async () => {
    for (let length = 0; length < 60; length++) {
      for (const escaped of ['\\\\', '\\"', '\\\\\\"', '\\u0022']) {
        const text = `{"a":"${'x'.repeat(length)}${escaped}","b":["${escaped}${'x'.repeat(length)}"],"c":1`
        expect(await parse(`${text}}`)).toEqual({ ok: true, value: JSON.parse(`${text}}`) })
        expect(await codeOf(`${text},"a":1}`)).toBe('JSON_DUPLICATE_KEY')
      }
    }
  })

  test('takes bytes of another realm, as a test runner has them', async () => {
    const foreign: Uint8Array = runInNewContext('new Uint8Array([91, 49, 93])')
    expect(foreign).not.toBeInstanceOf(Uint8Array)
    expect(await parse(foreign)).toEqual({ ok: true, value: [1] })
  })

  test('reads many keys of one hash in linear time', async () => {
    // Every text of Aa and BB of one length has the same hash. In quadratic time this takes minutes.
    const keys = Array.from({ length: 2 ** 15 }, (_, n) =>
      n.toString(2).padStart(15, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB'),
    )
    const text = `{${keys.map((key) => `"${key}":0`).join()}}`
    expect(await codeOf(text, { maxBytes: 2_000_000 })).toBe('ok')
    expect(await codeOf(`${text.slice(0, -1)},"${keys[7]}":0}`, { maxBytes: 2_000_000 })).toBe(
      'JSON_DUPLICATE_KEY',
    )
  })

  test('is an error that programs can tell', async () => {
    const result = await parse('{')
    expect(result).toEqual({ ok: false, error: expect.any(JsonError) })
  })

  test('rejects for a fault of the program: a schema that throws, one that is none, a wrong option', async () => {
    const fault = new Error('a bug in the schema')
    const schema: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw fault
        },
      },
    }
    await expect(parseJson(schema, '1')).rejects.toBe(fault)
    expect((await parseJson(schema, '{')).ok).toBe(false)
    await expect(parseJson(undefined as never, '1')).rejects.toThrow(
      'parseJson: schema must be a Standard Schema',
    )
    await expect(parse('1', { maxBytes: -1 })).rejects.toThrow(
      'parseJson: maxBytes must be an integer from 0, or Infinity',
    )
    await expect(parse('1', { maxDepth: 1.5 })).rejects.toThrow(
      'parseJson: maxDepth must be an integer from 0',
    )
  })
})
