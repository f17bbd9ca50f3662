import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  all,
  allErrors,
  andThen,
  attempt,
  err,
  flatten,
  from,
  gen,
  isErr,
  isOk,
  map,
  mapError,
  ok,
  orElse,
  partition,
  type Result,
} from './index.js'

const result = fc.oneof(
  fc.integer().map((n): Result<number, string> => ok(n)),
  fc.string().map((text): Result<number, string> => err(text)),
)
const change = fc.func(fc.integer())
const step = fc.func(result)

/** The law: both sides are the same for every input. */
function law<T extends [unknown, ...unknown[]]>(
  name: string,
  inputs: { [I in keyof T]: fc.Arbitrary<T[I]> },
  sides: (...values: T) => [left: unknown, right: unknown],
): void {
  test(name, () => {
    fc.assert(
      fc.property(fc.tuple(...inputs), (values) => {
        const [left, right] = sides(...(values as T))
        expect(left).toStrictEqual(right)
      }),
    )
  })
}

describe('map', () => {
  law('keeps identity', [result], (r) => [map(r, (n) => n), r])
  law('keeps composition', [result, change, change], (r, f, g) => [map(map(r, f), g), map(r, (n) => g(f(n)))])
  law('is andThen of ok', [result, change], (r, f) => [map(r, f), andThen(r, (n) => ok(f(n)))])
})

describe('mapError', () => {
  law('keeps identity', [result], (r) => [mapError(r, (e) => e), r])
  law('keeps composition', [result, change, change], (r, f, g) => [
    mapError(mapError(r, f), g),
    mapError(r, (e) => g(f(e))),
  ])
})

describe('andThen', () => {
  law('has ok as its left identity', [fc.integer(), step], (n, f) => [andThen(ok(n), f), f(n)])
  law('has ok as its right identity', [result], (r) => [andThen(r, (n) => ok(n)), r])
  law('is associative', [result, step, step], (r, f, g) => [
    andThen(andThen(r, f), g),
    andThen(r, (n) => andThen(f(n), g)),
  ])
  law('is flatten of map', [result, step], (r, f) => [andThen(r, f), flatten(map(r, f))])
  law('is the same as a generator of two steps', [result, step], (r, f) => [
    andThen(r, f),
    gen(function* () {
      return yield* from(f(yield* from(r)))
    }),
  ])
})

describe('orElse', () => {
  law('has err as its identity on both sides', [fc.string(), step, result], (e, f, r) => [
    [orElse(err(e), f), orElse(r, (error) => err(error))],
    [f(e), r],
  ])
})

describe('all, allErrors, partition', () => {
  const results = fc.array(result, { maxLength: 20 })
  const values = (rs: Result<number, string>[]): number[] => rs.filter(isOk).map((r) => r.value)
  const errors = (rs: Result<number, string>[]): string[] => rs.filter(isErr).map((r) => r.error)

  law('partition is two filters', [results], (rs) => [partition(rs), [values(rs), errors(rs)]])
  law('allErrors is every error, or every value', [results], (rs) => [
    allErrors(rs),
    errors(rs).length > 0 ? err(errors(rs)) : ok(values(rs)),
  ])
  law('all is the first error, or every value', [results], (rs) => [
    all(rs),
    rs.find(isErr) ?? ok(values(rs)),
  ])
  law('all is a generator over the list', [results], (rs) => [
    all(rs),
    gen(function* () {
      const seen: number[] = []
      for (const r of rs) seen.push(yield* from(r))
      return seen
    }),
  ])
})

describe('attempt', () => {
  law('gives back whatever is thrown', [fc.anything()], (thrown) => [
    attempt(() => {
      throw thrown
    }),
    err(thrown),
  ])
})

describe('a result', () => {
  const data = fc.oneof(fc.jsonValue().map(ok), fc.jsonValue().map(err))

  test('survives JSON and structuredClone, and what comes back works', () => {
    fc.assert(
      fc.property(data, (r) => {
        for (const copy of [JSON.parse(JSON.stringify(r)) as typeof r, structuredClone(r)]) {
          // -0 is 0 in JSON, so the copy is compared as JSON.
          expect(JSON.stringify(copy)).toBe(JSON.stringify(r))
          expect(isOk(copy)).toBe(isOk(r))
          expect(JSON.stringify(map(copy, (value) => [value]))).toBe(
            JSON.stringify(map(r, (value) => [value])),
          )
        }
      }),
    )
  })

  law('survives structuredClone with any value that can be cloned', [fc.date(), fc.bigInt()], (date, big) => [
    structuredClone([ok(new Map([[big, date]])), err(new Set([big]))]),
    [ok(new Map([[big, date]])), err(new Set([big]))],
  ])
})
