import { describe, expect, test } from 'vitest'
import { InvalidOptionError } from '../errors/index.js'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkMethods,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkSignal,
  checkText,
} from './index.js'

const place = { package: '@base/resilience', pattern: 'Bulkhead', option: 'limit' }

describe('checkInteger', () => {
  test('gives back an integer within the range, both ends included', () => {
    expect(checkInteger(1, { ...place, min: 1, max: 3 })).toBe(1)
    expect(checkInteger(3, { ...place, min: 1, max: 3 })).toBe(3)
    expect(checkInteger(-0, place)).toBe(0)
  })

  test.each([0, 4, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '2', 2n, null, undefined])(
    'refuses %s',
    (value) => {
      expect(() => checkInteger(value, { ...place, min: 1, max: 3 })).toThrow(InvalidOptionError)
    },
  )

  test('takes Infinity only where it says so', () => {
    expect(checkInteger(Number.POSITIVE_INFINITY, { ...place, infinity: true })).toBe(
      Number.POSITIVE_INFINITY,
    )
    expect(() => checkInteger(-1, { ...place, infinity: true })).toThrow(
      '@base/resilience Bulkhead: limit must be an integer from 0, or Infinity, received -1.',
    )
  })

  test('names the range', () => {
    expect(() => checkInteger(9, { ...place, min: 1, max: 3 })).toThrow(
      '@base/resilience Bulkhead: limit must be an integer from 1 to 3, received 9.',
    )
  })
})

describe('checkMethods', () => {
  const clock = { now: () => 0, schedule: () => {}, name: 'clock' }

  test('gives back an object that has them, inherited ones too', () => {
    expect(checkMethods(clock, ['now', 'schedule'], place)).toBe(clock)
    expect(checkMethods(new Map(), ['get'], place)).toBeInstanceOf(Map)
  })

  test.each([undefined, null, 7, {}, { now: 1 }, { schedule: clock.schedule }])('refuses %s', (value) => {
    expect(() => checkMethods(value as never as typeof clock, ['now', 'schedule'], place)).toThrow(
      '@base/resilience Bulkhead: limit must be an object with the methods now, schedule, received',
    )
  })
})

describe('checkNumber', () => {
  test('gives back a finite number within the range', () => {
    expect(checkNumber(0.5, { ...place, above: true, max: 1 })).toBe(0.5)
    expect(checkNumber(0, place)).toBe(0)
    expect(checkNumber(1, { ...place, above: true, max: 1 })).toBe(1)
  })

  test.each([0, 1.1, -1, Number.NaN, Number.POSITIVE_INFINITY, '0.5'])('refuses %s', (value) => {
    expect(() => checkNumber(value, { ...place, above: true, max: 1 })).toThrow(
      '@base/resilience Bulkhead: limit must be a number above 0 to 1, received',
    )
  })
})

describe('checkText', () => {
  test('gives back a text', () => {
    expect(checkText('payments', { ...place, maxLength: 8 })).toBe('payments')
  })

  test.each(['', 'too long a text', 7, undefined])('refuses %s', (value) => {
    expect(() => checkText(value, { ...place, maxLength: 8 })).toThrow(
      'limit must be a text that is not empty and no longer than 8 characters, received',
    )
  })
})

describe('checkBoolean, checkFunction and checkOneOf', () => {
  test('give back what is allowed', () => {
    const fn = () => 1
    expect(checkBoolean(false, place)).toBe(false)
    expect(checkFunction(fn, place)).toBe(fn)
    expect(checkOneOf('race', ['race', 'cooperative'], place)).toBe('race')
  })

  test('refuse the rest, and say what is allowed', () => {
    expect(() => checkBoolean(0, place)).toThrow('limit must be true or false, received 0.')
    expect(() => checkFunction(undefined, place)).toThrow('limit must be a function, received undefined.')
    expect(() => checkOneOf('raze', ['race', 'cooperative'], place)).toThrow(
      'limit must be one of "race", "cooperative", received "raze".',
    )
  })

  test('leave the pattern out where there is none', () => {
    expect(() => checkBoolean(0, { package: '@base/core', option: 'flag' })).toThrow(
      '@base/core: flag must be true or false, received 0.',
    )
  })
})

describe('checkSignal', () => {
  test('gives back a signal, also of another realm, and undefined', () => {
    const { signal } = new AbortController()
    const foreign = { aborted: false, addEventListener: () => {} }
    expect(checkSignal(signal, place)).toBe(signal)
    expect(checkSignal(foreign, place)).toBe(foreign)
    expect(checkSignal(undefined, place)).toBeUndefined()
  })

  test.each([
    [new AbortController(), 'an object'],
    [{}, 'an object'],
    [null, 'null'],
    [true, 'true'],
  ])('refuses %o', (wrong, shown) => {
    expect(() => checkSignal(wrong, place)).toThrow(`limit must be an AbortSignal, received ${shown}.`)
  })
})

describe('checkOptions', () => {
  const options = { package: '@base/resilience', pattern: 'Bulkhead' }

  test('names those that are nested', () => {
    const halfOpen = { ...options, option: 'halfOpen' }
    expect(() => checkOptions(1 as never, halfOpen)).toThrow(
      'Bulkhead: halfOpen must be an object, received 1.',
    )
  })

  test('gives back an object, of whatever class', () => {
    class Settings {
      readonly limit = 1
    }
    for (const given of [{}, Object.create(null) as object, new Settings()])
      expect(checkOptions(given, options)).toBe(given)
  })

  test.each([
    [10, '10'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1], 'an array of 1'],
    [() => {}, 'a function'],
    [AbortSignal.abort(), '"an AbortSignal"'],
  ])('refuses %s', (value, shown) => {
    expect(() => checkOptions(value as never, options)).toThrow(
      `@base/resilience Bulkhead: options must be an object, received ${shown}.`,
    )
  })

  test('does not show a text, which may be a secret in the wrong place', () => {
    expect(() => checkOptions('hunter2' as never, options)).toThrow(
      '@base/resilience Bulkhead: options must be an object, received "a text".',
    )
  })
})
