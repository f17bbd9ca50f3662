import { setImmediate as turn } from 'node:timers/promises'
import { type } from 'arktype'
import * as v from 'valibot'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { ValidationError } from '../errors/validation-error.js'
import type { StandardSchemaV1 } from './index.js'
import { unchecked, validate, validateMany, validateSync } from './index.js'

/** One order, in the words of each library. */
const libraries: [name: string, schema: StandardSchemaV1<unknown, { lines: { quantity: number }[] }>][] = [
  ['zod', z.object({ lines: z.array(z.object({ quantity: z.number().min(1) })) })],
  ['valibot', v.object({ lines: v.array(v.object({ quantity: v.pipe(v.number(), v.minValue(1)) })) })],
  ['arktype', type({ lines: type({ quantity: 'number >= 1' }).array() })],
]
const asynchronous: [name: string, schema: StandardSchemaV1<unknown, { sku: string }>][] = [
  ['zod', z.object({ sku: z.string().refine(async (sku) => sku !== 'none', 'is unknown') })],
  [
    'valibot',
    v.objectAsync({
      sku: v.pipeAsync(
        v.string(),
        v.checkAsync(async (sku) => sku !== 'none', 'is unknown'),
      ),
    }),
  ],
]
const good = { lines: [{ quantity: 1 }, { quantity: 2 }] }
const bad = { lines: [{ quantity: 1 }, { quantity: 0 }] }
const fault = new Error('a bug in the schema')
const throwing: StandardSchemaV1<unknown, string> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => {
      throw fault
    },
  },
}

describe.each(libraries)('with %s', (_name, schema) => {
  test('validate gives the output', async () => {
    expect(await validate(schema, good)).toEqual({ ok: true, value: good })
    expect(validateSync(schema, good)).toEqual({ ok: true, value: good })
  })

  test('validate gives one error, with the path of each problem as a dotted text', async () => {
    const result = await validate(schema, bad)
    expect(result).toEqual({ ok: false, error: expect.any(ValidationError) })
    expect(result).toMatchObject({ error: { kind: 'invalid', issues: [{ path: 'lines.1.quantity' }] } })
    expect(validateSync(schema, bad)).toMatchObject({ error: { issues: [{ path: 'lines.1.quantity' }] } })
  })

  test('validate reports a whole that is wrong under an empty path', async () => {
    expect(await validate(schema, undefined)).toMatchObject({ ok: false, error: { issues: [{ path: '' }] } })
  })

  test('validateMany tells the good from the bad, with their places', async () => {
    const { valid, invalid } = await validateMany(schema, [bad, good, good, bad])
    expect(valid).toEqual([good, good])
    expect(invalid.map(({ index }) => index)).toEqual([0, 3])
    expect(invalid[0]?.error.issues[0]?.path).toBe('lines.1.quantity')
  })
})

describe.each(asynchronous)('with an asynchronous schema of %s', (_name, schema) => {
  test('validate and validateMany wait', async () => {
    expect(await validate(schema, { sku: 'apple' })).toEqual({ ok: true, value: { sku: 'apple' } })
    const error = { issues: [{ path: 'sku', message: 'is unknown' }] }
    expect(await validate(schema, { sku: 'none' })).toMatchObject({ ok: false, error })
    expect(await validateMany(schema, [{ sku: 'none' }, { sku: 'apple' }])).toMatchObject({
      valid: [{ sku: 'apple' }],
      invalid: [{ index: 0, error }],
    })
  })
})

describe('validateSync', () => {
  const late = (said: Promise<never>): StandardSchemaV1<unknown, string> => ({
    '~standard': { version: 1, vendor: 'test', validate: () => said },
  })

  test('refuses a schema that is asynchronous, and leaves no rejection unhandled', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    try {
      expect(() => validateSync(late(Promise.reject(fault)), 'x')).toThrow(
        expect.objectContaining({
          code: 'UNSUPPORTED',
          message: 'The schema of test is asynchronous, and is needed at once here; use validate.',
        }),
      )
      await turn()
      await turn()
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })

  test('takes what only looks like a promise for one', () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    expect(() => validateSync(late({ then: () => {} } as never), 'x')).toThrow('is asynchronous')
  })
})

describe('validate', () => {
  test('keeps the transformed output', async () => {
    expect(await validate(z.coerce.number(), '7')).toEqual({ ok: true, value: 7 })
  })

  test('keeps the code of an issue, and takes path segments of either kind', async () => {
    const said = {
      issues: [
        { message: 'no', path: [{ key: 'a' }, 0, Symbol('s')], code: 'too_small' },
        { message: 'none', code: 7 },
      ],
    }
    const schema: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'test', validate: () => said } }
    expect(await validate(schema, {})).toMatchObject({
      error: {
        issues: [
          { path: 'a.0.Symbol(s)', message: 'no', code: 'too_small' },
          { path: '', message: 'none' },
        ],
      },
    })
  })

  test('rejects with what the code in a schema throws', async () => {
    await expect(validate(throwing, 'x')).rejects.toBe(fault)
    await expect(validateMany(throwing, ['x'])).rejects.toBe(fault)
    expect(() => validateSync(throwing, 'x')).toThrow(fault)
  })

  test.each([undefined, null, 7, {}, { '~standard': {} }])('refuses %j as a schema', async (schema) => {
    const message = 'schema must be a Standard Schema, such as one of zod, valibot or arktype'
    await expect(validate(schema as never, 1)).rejects.toThrow(`@base/core validate: ${message}`)
    await expect(validateMany(schema as never, [])).rejects.toThrow(`@base/core validateMany: ${message}`)
    expect(() => validateSync(schema as never, 1)).toThrow(`@base/core validateSync: ${message}`)
  })
})

describe('unchecked', () => {
  test('lets everything through as it is', async () => {
    const value = { anything: [Symbol.iterator] }
    const result = await validate(unchecked<typeof value>(), value)
    expect(result.ok && result.value).toBe(value)
    expect(validateSync(unchecked<undefined>(), undefined)).toEqual({ ok: true, value: undefined })
  })
})

describe('validateMany', () => {
  const integer = z.int()
  /** A millisecond passes at each look: an item takes one. */
  const busyClock = () => {
    let now = 0
    return { monotonic: () => now++ }
  }

  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('takes no items, and items that are made one by one', async () => {
    expect(await validateMany(integer, [])).toEqual({ valid: [], invalid: [] })
    function* numbers() {
      for (let n = 0; n < 3; n++) yield n
    }
    expect((await validateMany(integer, numbers())).valid).toEqual([0, 1, 2])
  })

  const turns = async (schema: StandardSchemaV1<unknown, unknown>) => {
    let done = false
    let seen = 0
    const longest = { items: 0, since: 0 }
    const count: StandardSchemaV1<unknown, unknown> = {
      '~standard': {
        ...schema['~standard'],
        validate: (value) => {
          longest.items = Math.max(longest.items, ++longest.since)
          return schema['~standard'].validate(value)
        },
      },
    }
    const other = (async () => {
      while (!done) {
        await turn()
        longest.since = 0
        seen++
      }
    })()
    const items = Array.from({ length: 1_000 }, (_, index) => index)
    const { valid } = await validateMany(count, items, { clock: busyClock() })
    done = true
    await other
    expect(valid).toEqual(items)
    return { seen, items: longest.items }
  }

  test('lets other work run at least every 8 ms', async () => {
    const { seen, items } = await turns(integer)
    expect(items).toBeLessThanOrEqual(8)
    expect(seen).toBeGreaterThanOrEqual(1_000 / 8)
  })

  test('does so with a schema that answers with promises that are settled', async () => {
    const { items } = await turns(z.int().refine(async () => true))
    expect(items).toBeLessThanOrEqual(8)
  })

  test('does so by messages where there is no setImmediate', async () => {
    vi.stubGlobal('setImmediate', undefined)
    const items = Array.from({ length: 100 }, (_, index) => index)
    const { valid } = await validateMany(integer, items, { clock: busyClock() })
    expect(valid).toEqual(items)
  })

  test('finds every one of 100,000 items', async () => {
    const items = Array.from({ length: 100_000 }, (_, index) => (index % 1_000 === 0 ? 'x' : index))
    const { valid, invalid } = await validateMany(integer, items)
    expect(valid).toHaveLength(99_900)
    expect(invalid.map(({ index }) => index)).toEqual(
      Array.from({ length: 100 }, (_, index) => index * 1_000),
    )
  })

  test('stops at an abort with its reason, and asks for no further item', async () => {
    const controller = new AbortController()
    const reason = new Error('the upload was cancelled')
    let asked = 0
    function* items() {
      for (; ; asked++) {
        if (asked === 50) controller.abort(reason)
        yield asked
      }
    }
    await expect(validateMany(integer, items(), { signal: controller.signal })).rejects.toBe(reason)
    expect(asked).toBe(50)
  })

  test('does not begin on an aborted signal', async () => {
    const schema = { '~standard': { ...integer['~standard'], validate: vi.fn() } }
    const reason = new Error('too late')
    await expect(validateMany(schema, [1], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(schema['~standard'].validate).not.toHaveBeenCalled()
  })

  test.each([undefined, null, 7, 'text', {}])('refuses %j as items', async (items) => {
    await expect(validateMany(integer, items as never)).rejects.toThrow(
      'validateMany: inputs must be an array or another iterable',
    )
  })

  test('refuses a clock that is none', async () => {
    await expect(validateMany(integer, [], { clock: {} as never })).rejects.toThrow(
      'clock.monotonic must be a function',
    )
  })
})
