import { describe, expect, test } from 'vitest'
import { isAppError } from '../errors/is-app-error.js'
import { type Duration, formatDuration, isDuration, toMilliseconds } from './index.js'

describe('toMilliseconds', () => {
  test.each<[Duration, number]>([
    [0, 0],
    [250, 250],
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['1.5s', 1_500],
    ['1.005s', 1_005],
    ['0.25h', 900_000],
    ['007s', 7_000],
    ['30d', 2_592_000_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('reads %s as %d', (duration, milliseconds) => {
    expect(toMilliseconds(duration)).toBe(milliseconds)
    expect(isDuration(duration)).toBe(true)
  })

  test.each<[string, unknown]>([
    ['a negative number', -1],
    ['NaN', Number.NaN],
    ['a fraction of a millisecond', 0.5],
    ['a fraction of a millisecond in a text', '0.5ms'],
    ['a fraction that no unit makes whole', '1.0001s'],
    ['a number beyond 2^53 − 1', 2 ** 53],
    ['a text beyond 2^53 − 1', '9007199254740992ms'],
    ['days beyond 2^53 − 1', '9999999999999999d'],
    ['Infinity, unless the option says so', Number.POSITIVE_INFINITY],
    ['minus Infinity', Number.NEGATIVE_INFINITY],
    ['no unit', '30'],
    ['an unknown unit', '30w'],
    ['another case', '30S'],
    ['a space before', ' 30s'],
    ['a space between', '30 s'],
    ['a line break after', '30s\n'],
    ['a sign', '+30s'],
    ['a negative text', '-30s'],
    ['an exponent', '1e3ms'],
    ['a hexadecimal', '0x1fs'],
    ['no digit', 's'],
    ['no digit after the point', '1.s'],
    ['no digit before the point', '.5s'],
    ['two units', '1h30m'],
    ['other digits', '٣s'],
    ['an empty text', ''],
    ['undefined', undefined],
    ['null', null],
    ['a Date', new Date(5)],
    ['a bigint', 5n],
    ['a boxed number', Object(5)],
    ['an array', [5]],
  ])('refuses %s', (_, duration) => {
    expect(() => toMilliseconds(duration as Duration)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', kind: 'invalid' }),
    )
    expect(isDuration(duration)).toBe(false)
  })

  test('gives a zero without a sign', () => {
    expect(Object.is(toMilliseconds(-0), 0)).toBe(true)
  })

  test('lets Infinity through where the option means "never" by it', () => {
    expect(toMilliseconds(Number.POSITIVE_INFINITY, { infinity: true })).toBe(Number.POSITIVE_INFINITY)
    expect(() => toMilliseconds(Number.NEGATIVE_INFINITY, { infinity: true })).toThrow()
    expect(() => toMilliseconds('Infinity' as Duration, { infinity: true })).toThrow()
  })

  test('refuses 0 where the option asks for more', () => {
    expect(() => toMilliseconds(0, { positive: true })).toThrow('must be more than 0')
    expect(() => toMilliseconds('0s', { positive: true })).toThrow('must be more than 0')
    expect(toMilliseconds(1, { positive: true })).toBe(1)
  })

  test('names package, pattern, option, what is allowed and what came', () => {
    const read = () =>
      toMilliseconds('soon' as Duration, {
        package: '@base/cache',
        pattern: 'createCache',
        option: 'ttl',
        infinity: true,
      })

    expect(read).toThrow(
      "@base/cache createCache: ttl must be at least 0, in whole milliseconds or a text such as '250ms', '30s', '5m', '2h', '7d', or Infinity, received \"soon\".",
    )
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [1, '1ms'],
    [1_500, '1500ms'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
    [86_400_000, '1d'],
    [172_800_000, '2d'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991ms'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })

  test.each([-1, 0.5, Number.NaN])('refuses %s', (milliseconds) => {
    let thrown: unknown
    try {
      formatDuration(milliseconds)
    } catch (error) {
      thrown = error
    }
    expect(isAppError(thrown, 'INVALID_OPTION')).toBe(true)
  })
})
