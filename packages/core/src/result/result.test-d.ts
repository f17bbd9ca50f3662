import { describe, expectTypeOf, test } from 'vitest'
import {
  all,
  allErrors,
  andThen,
  attempt,
  type Err,
  type ErrorOf,
  err,
  flatten,
  from,
  fromPromise,
  gen,
  inspect,
  isErr,
  isOk,
  map,
  mapError,
  match,
  type Ok,
  ok,
  orElse,
  partition,
  Result,
  unwrap,
  unwrapError,
  unwrapOr,
  type ValueOf,
} from './index.js'

// Classes that no common type joins: an inference that unites candidates would fail on them.
class Missing {
  readonly missing = true
}
class Denied {
  readonly denied = true
}
declare const either: Result<number, Missing>
declare const other: Result<string, Denied>
declare const loose: Ok<number> | Ok<string> | Err<Missing> | Err<Denied>

describe('a result', () => {
  test('is a readonly union that narrows by ok', () => {
    expectTypeOf<Result<number, Missing>>().toEqualTypeOf<
      { readonly ok: true; readonly value: number } | { readonly ok: false; readonly error: Missing }
    >()
    if (either.ok) expectTypeOf(either.value).toEqualTypeOf<number>()
    else expectTypeOf(either.error).toEqualTypeOf<Missing>()
    // @ts-expect-error it is readonly
    either.ok = true
    // @ts-expect-error the value is there only after a look at ok
    either.value
  })

  test('is narrowed by isOk and isErr, also in a filter', () => {
    if (isOk(either)) expectTypeOf(either).toEqualTypeOf<Ok<number>>()
    else expectTypeOf(either).toEqualTypeOf<Err<Missing>>()
    if (isErr(either)) expectTypeOf(either).toEqualTypeOf<Err<Missing>>()
    expectTypeOf([either].filter(isOk)).toEqualTypeOf<Ok<number>[]>()
    expectTypeOf([either].filter(isErr)).toEqualTypeOf<Err<Missing>[]>()
  })

  test('is made with the narrowest error, which still fits a wider annotation', () => {
    expectTypeOf(ok(1)).toEqualTypeOf<Ok<number>>()
    expectTypeOf(ok()).toEqualTypeOf<Ok<undefined>>()
    expectTypeOf(err()).toEqualTypeOf<Err<undefined>>()
    expectTypeOf(err('sold_out')).toEqualTypeOf<Err<'sold_out'>>()
    expectTypeOf(err({ type: 'sold_out' })).toEqualTypeOf<Err<{ readonly type: 'sold_out' }>>()
    const list: Result<void, { code: string; issues: string[] }> = err({ code: 'x', issues: ['y'] })
    const nothing: Result<void, Missing> = ok()
    expectTypeOf(list).not.toBeAny()
    expectTypeOf(nothing).not.toBeAny()
  })

  test('gives up the types of its sides', () => {
    expectTypeOf<ValueOf<typeof loose>>().toEqualTypeOf<number | string>()
    expectTypeOf<ErrorOf<typeof loose>>().toEqualTypeOf<Missing | Denied>()
    expectTypeOf<ErrorOf<Result<number, unknown>>>().toBeUnknown()
    expectTypeOf<ValueOf<Err<string>>>().toBeNever()
  })
})

describe('the steps', () => {
  test('unite the errors', () => {
    expectTypeOf(map(either, String)).toEqualTypeOf<Result<string, Missing>>()
    expectTypeOf(map(loose, () => 1)).toEqualTypeOf<Result<number, Missing | Denied>>()
    expectTypeOf(mapError(either, () => 'gone')).toEqualTypeOf<Result<number, 'gone'>>()
    expectTypeOf(andThen(either, () => other)).toEqualTypeOf<Result<string, Missing | Denied>>()
    expectTypeOf(andThen(either, (n) => (n > 1 ? ok(n) : err('small')))).toEqualTypeOf<
      Result<number, Missing | 'small'>
    >()
    expectTypeOf(orElse(either, () => other)).toEqualTypeOf<Result<number | string, Denied>>()
    expectTypeOf(flatten(ok(either) as Result<typeof either, Denied>)).toEqualTypeOf<
      Result<number, Missing | Denied>
    >()
    expectTypeOf(inspect(either, () => {})).toEqualTypeOf<Result<number, Missing>>()
    // @ts-expect-error the step of andThen returns a result, not a promise of one
    andThen(either, async () => other)
  })

  test('leave the results', () => {
    expectTypeOf(match(loose, { ok: () => 1, err: () => 'x' })).toEqualTypeOf<number | string>()
    expectTypeOf(unwrap(either)).toEqualTypeOf<number>()
    expectTypeOf(unwrapError(either)).toEqualTypeOf<Missing>()
    expectTypeOf(unwrapOr(either, null)).toEqualTypeOf<number | null>()
    // @ts-expect-error both cases are needed
    match(either, { ok: () => 1 })
  })

  test('work where value and error are still open', () => {
    function generic<T, E>(result: Result<T, E>): Result<T[], E | Missing> {
      const listed: Result<T[], E> = map(result, (value) => [value])
      return andThen(listed, (value) => (value.length > 0 ? ok(value) : err(new Missing())))
    }
    expectTypeOf(generic(either)).toEqualTypeOf<Result<number[], Missing>>()
  })
})

describe('all, allErrors, partition', () => {
  test('make a tuple of a tuple and an array of an array', () => {
    expectTypeOf(all([either, other])).toEqualTypeOf<Result<[number, string], Missing | Denied>>()
    expectTypeOf(all([ok(1), ok('a')])).toEqualTypeOf<Result<[number, string], never>>()
    expectTypeOf(all([either, other] as const)).toEqualTypeOf<Result<[number, string], Missing | Denied>>()
    expectTypeOf(all([] as (typeof either)[])).toEqualTypeOf<Result<number[], Missing>>()
    expectTypeOf(all([] as readonly (typeof either)[])).toEqualTypeOf<Result<number[], Missing>>()
    expectTypeOf(all([])).toEqualTypeOf<Result<[], never>>()
    expectTypeOf(allErrors([either, other])).toEqualTypeOf<Result<[number, string], (Missing | Denied)[]>>()
    expectTypeOf(partition([either, other])).toEqualTypeOf<
      [values: (number | string)[], errors: (Missing | Denied)[]]
    >()
  })
})

describe('attempt and fromPromise', () => {
  test('know the error only by mapError', () => {
    expectTypeOf(attempt(() => 1)).toEqualTypeOf<Result<number, unknown>>()
    expectTypeOf(
      attempt(
        () => 1,
        () => 'bad',
      ),
    ).toEqualTypeOf<Result<number, 'bad'>>()
    expectTypeOf(fromPromise(Promise.resolve(1))).toEqualTypeOf<Promise<Result<number, unknown>>>()
    expectTypeOf(
      fromPromise(
        async () => 1,
        () => new Missing(),
      ),
    ).toEqualTypeOf<Promise<Result<number, Missing>>>()
  })
})

describe('gen', () => {
  test('unites the errors of all steps', () => {
    const outcome = gen(function* () {
      const a = yield* from(either)
      const b = yield* from(other)
      expectTypeOf(a).toEqualTypeOf<number>()
      expectTypeOf(b).toEqualTypeOf<string>()
      yield* from(err('third'))
      return { a, b }
    })
    expectTypeOf(outcome).toEqualTypeOf<Result<{ a: number; b: string }, Missing | Denied | 'third'>>()
  })

  test('takes a returned result as the outcome', () => {
    expectTypeOf(
      gen(function* () {
        const a = yield* from(either)
        if (a > 1) return err('large')
        if (a > 0) return ok('one')
        return a
      }),
    ).toEqualTypeOf<Result<number | string, Missing | 'large'>>()
    expectTypeOf(
      gen(function* () {
        return 1
      }),
    ).toEqualTypeOf<Result<number, never>>()
    expectTypeOf(
      gen(function* () {
        yield* from(either)
      }),
    ).toEqualTypeOf<Result<void, Missing>>()
  })

  test('gives a promise for an async generator', () => {
    const outcome = gen(async function* () {
      const a = yield* from(either)
      const b = yield* from(Promise.resolve(other))
      const c = yield* from(await Promise.resolve(other))
      expectTypeOf([a, b, c]).toEqualTypeOf<(number | string)[]>()
      return b
    })
    expectTypeOf(outcome).toEqualTypeOf<Promise<Result<string, Missing | Denied>>>()
  })

  test('refuses a promise of a result in a synchronous generator', () => {
    gen(function* () {
      // @ts-expect-error only an async generator can await it
      yield* from(Promise.resolve(either))
    })
  })
})

describe('the Result object', () => {
  test('has the functions with their types', () => {
    expectTypeOf(Result.map).toEqualTypeOf(map)
    expectTypeOf(Result.gen).toEqualTypeOf(gen)
  })
})
