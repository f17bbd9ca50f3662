import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import * as named from './index.js'
import {
  all,
  allErrors,
  andThen,
  attempt,
  err,
  flatten,
  from,
  fromPromise,
  gen,
  inspect,
  inspectError,
  isErr,
  isOk,
  map,
  mapError,
  match,
  ok,
  orElse,
  partition,
  type Result,
  unwrap,
  unwrapError,
  unwrapOr,
} from './index.js'

type Parsed = Result<number, 'not_a_number'>
const parse = (text: string): Parsed => (Number.isNaN(Number(text)) ? err('not_a_number') : ok(Number(text)))
const fault = new Error('fault')
const throwFault = (): never => {
  throw fault
}

describe('a result', () => {
  test('is a plain object with two properties, not frozen', () => {
    expect(ok(7)).toStrictEqual({ ok: true, value: 7 })
    expect(err('sold_out')).toStrictEqual({ ok: false, error: 'sold_out' })
    expect(Object.isFrozen(ok(7)) || Object.isFrozen(err(7))).toBe(false)
  })

  test('without an argument holds undefined', () => {
    expect(ok()).toStrictEqual({ ok: true, value: undefined })
    expect(err()).toStrictEqual({ ok: false, error: undefined })
  })

  test('is told apart by isOk and isErr', () => {
    expect([isOk(ok(1)), isErr(ok(1))]).toEqual([true, false])
    expect([isOk(err(1)), isErr(err(1))]).toEqual([false, true])
  })

  test('still works after JSON has dropped an undefined value', () => {
    const revived = JSON.parse(JSON.stringify(ok())) as Result<undefined, string>

    expect(revived).toStrictEqual({ ok: true })
    expect(isOk(revived)).toBe(true)
    expect(unwrap(revived)).toBeUndefined()
    expect(
      gen(function* () {
        return yield* from(revived)
      }),
    ).toStrictEqual(ok(undefined))
  })
})

describe('map, mapError, andThen, orElse', () => {
  test('change one side', () => {
    expect(map(ok(2), (n) => n * 2)).toEqual(ok(4))
    expect(mapError(err('a'), (text) => `${text}!`)).toEqual(err('a!'))
    expect(andThen(ok('7'), parse)).toEqual(ok(7))
    expect(andThen(ok('x'), parse)).toEqual(err('not_a_number'))
    expect(orElse(err('7'), parse)).toEqual(ok(7))
    expect(orElse(err('x'), parse)).toEqual(err('not_a_number'))
  })

  test('pass the other side through: the same object, the callback uncalled', () => {
    const good = ok(1)
    const bad = err('x')

    expect(map(bad, throwFault)).toBe(bad)
    expect(andThen(bad, throwFault)).toBe(bad)
    expect(mapError(good, throwFault)).toBe(good)
    expect(orElse(good, throwFault)).toBe(good)
  })

  test.each([
    ['map', () => map(ok(1), throwFault)],
    ['mapError', () => mapError(err(1), throwFault)],
    ['andThen', () => andThen(ok(1), throwFault)],
    ['orElse', () => orElse(err(1), throwFault)],
    ['match ok', () => match(ok(1), { ok: throwFault, err: String })],
    ['match err', () => match(err(1), { ok: String, err: throwFault })],
    ['inspect', () => inspect(ok(1), throwFault)],
    ['inspectError', () => inspectError(err(1), throwFault)],
  ])('let a throw in the callback be a throw: %s', (_, run) => {
    expect(run).toThrow(fault)
  })
})

describe('flatten', () => {
  test('takes one layer off', () => {
    expect(flatten(ok(ok(1)))).toEqual(ok(1))
    expect(flatten(ok(err('inner')))).toEqual(err('inner'))
    expect(flatten(err('outer'))).toEqual(err('outer'))
    expect(flatten(ok(ok(ok(1))))).toEqual(ok(ok(1)))
  })
})

describe('inspect and inspectError', () => {
  test('see their side and return the same result', () => {
    const seen = vi.fn()
    const good = ok(1)
    const bad = err('x')

    expect([inspect(good, seen), inspectError(good, seen)]).toEqual([good, good])
    expect([inspect(bad, seen), inspectError(bad, seen)]).toEqual([bad, bad])
    expect(inspect(good, seen)).toBe(good)
    expect(inspectError(bad, seen)).toBe(bad)
    expect(seen.mock.calls).toEqual([[1], ['x'], [1], ['x']])
  })
})

describe('match', () => {
  test('calls the function of its side and returns what it returns', () => {
    const cases = { ok: (n: number) => `value ${n}`, err: (e: string) => `error ${e}` }

    expect(match(ok(1), cases)).toBe('value 1')
    expect(match(err('x'), cases)).toBe('error x')
  })
})

describe('unwrap', () => {
  test('gives the value', () => {
    expect(unwrap(ok(1))).toBe(1)
  })

  test('throws an error that is an Error as it is, of another realm too', () => {
    const foreign: unknown = runInNewContext('new RangeError("elsewhere")')

    expect(caught(() => unwrap(err(fault)))).toBe(fault)
    expect(caught(() => unwrap(err(foreign)))).toBe(foreign)
  })

  test.each([{ type: 'sold_out' }, 'sold_out', undefined])(
    'throws an Error with the error %o as its cause',
    (error) => {
      const thrown = caught(() => unwrap(err(error))) as Error

      expect(thrown).toBeInstanceOf(Error)
      expect(thrown.message).toBe('unwrap needs an ok result; the cause is the error of the one it got.')
      expect(thrown).toHaveProperty('cause', error)
    },
  )
})

describe('unwrapOr and unwrapError', () => {
  test('unwrapOr falls back on an error alone, not on a falsy value', () => {
    expect(unwrapOr(err('x'), 5)).toBe(5)
    expect(unwrapOr(ok(undefined), 5)).toBeUndefined()
    expect(unwrapOr(ok(0), 5)).toBe(0)
  })

  test('unwrapError gives the error, and throws for a value', () => {
    expect(unwrapError(err('x'))).toBe('x')
    expect(() => unwrapError(ok(1))).toThrow('unwrapError needs an err result; the one it got is ok.')
  })
})

describe('all, allErrors, partition', () => {
  test('all gives the values in order, or the first error in order', () => {
    expect(all([ok(1), ok('a')])).toEqual(ok([1, 'a']))
    expect(all([ok(1), err('first'), err('second')])).toEqual(err('first'))
  })

  test('allErrors gives the values in order, or every error in order', () => {
    expect(allErrors([ok(1), ok('a')])).toEqual(ok([1, 'a']))
    expect(allErrors([ok(1), err('first'), ok(2), err('second')])).toEqual(err(['first', 'second']))
    expect(allErrors([err(undefined), ok(1)])).toEqual(err([undefined]))
  })

  test('partition gives both in order', () => {
    expect(partition([ok(1), err('x'), ok(2), err('y')])).toEqual([
      [1, 2],
      ['x', 'y'],
    ])
  })

  test('of nothing is nothing', () => {
    expect([all([]), allErrors([]), partition([])]).toEqual([ok([]), ok([]), [[], []]])
  })
})

describe('attempt', () => {
  test('gives the value, or what was thrown, whatever it is', () => {
    expect(attempt(() => 1)).toEqual(ok(1))
    expect(unwrapError(attempt(throwFault))).toBe(fault)
    expect(
      attempt(() => {
        throw undefined
      }),
    ).toStrictEqual(err(undefined))
  })

  test('gives what was thrown to mapError', () => {
    expect(attempt(throwFault, (thrown) => ({ type: 'wrapped', thrown }))).toEqual(
      err({ type: 'wrapped', thrown: fault }),
    )
  })

  test('lets a throw in mapError be a throw', () => {
    const other = new Error('other')

    expect(
      caught(() =>
        attempt(throwFault, () => {
          throw other
        }),
      ),
    ).toBe(other)
  })

  test('does not call mapError without a throw', () => {
    expect(attempt(() => 1, throwFault)).toEqual(ok(1))
  })
})

describe('fromPromise', () => {
  test('gives the value, or the rejection', async () => {
    expect(await fromPromise(Promise.resolve(1))).toEqual(ok(1))
    expect(await fromPromise(Promise.reject(fault))).toStrictEqual(err(fault))
    expect(await fromPromise(Promise.reject(fault), () => 'mapped')).toEqual(err('mapped'))
  })

  test('is a native promise, for anything with then', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what the test is about.
    const thenable = { then: (resolve: (n: number) => void) => resolve(1) } as PromiseLike<number>
    const promise = fromPromise(thenable)

    expect(promise).toBeInstanceOf(Promise)
    expect(await promise).toEqual(ok(1))
  })

  test('calls a function at once, and catches what it throws before it returns its promise', async () => {
    const order: string[] = []
    const promise = fromPromise(async () => order.push('called'))
    order.push('after')

    expect(await promise).toEqual(ok(1))
    expect(order).toEqual(['called', 'after'])
    expect(await fromPromise(throwFault, () => 'mapped')).toEqual(err('mapped'))
  })

  test('rejects with what mapError throws', async () => {
    await expect(fromPromise(Promise.reject(1), throwFault)).rejects.toBe(fault)
  })
})

describe('gen', () => {
  test('gives what the generator returns as the value', () => {
    const sum = gen(function* () {
      const a = yield* from(parse('1'))
      const b = yield* from(parse('2'))
      return a + b
    })

    expect(sum).toStrictEqual(ok(3))
  })

  test('ends with the first error, and runs nothing after it', () => {
    const after = vi.fn()
    const bad = err('first')
    const stopped = gen(function* () {
      yield* from(ok(1))
      yield* from(bad)
      after()
      yield* from(err('second'))
    })

    expect(stopped).toBe(bad)
    expect(after).not.toHaveBeenCalled()
  })

  test('takes a returned result as the outcome', () => {
    expect(
      gen(function* () {
        return parse('x')
      }),
    ).toStrictEqual(err('not_a_number'))
    expect(
      gen(function* () {
        return yield* from(parse('7'))
      }),
    ).toStrictEqual(ok(7))
    expect(
      gen(function* () {
        return ok(ok(1))
      }),
    ).toStrictEqual(ok(ok(1)))
  })

  test.each([
    { ok: true },
    { ok: 'yes', value: 1 },
    { ok: false, value: 1 },
    new Response(),
    null,
    undefined,
  ])('takes %o, which only resembles a result, as a value', (value) => {
    expect(
      gen(function* () {
        return value
      }),
    ).toStrictEqual(ok(value))
  })

  test('runs the finally blocks of a stopped generator, and gives the first error', () => {
    const order: string[] = []
    const stopped = gen(function* () {
      try {
        try {
          yield* from(err('first'))
        } finally {
          order.push('inner')
          yield* from(err('second'))
          order.push('never')
        }
      } finally {
        yield* from(ok(1))
        order.push('outer')
      }
    })

    expect(stopped).toStrictEqual(err('first'))
    expect(order).toEqual(['inner', 'outer'])
  })

  test('does not pass an error to catch, for it is no throw', () => {
    const stopped = gen(function* () {
      try {
        yield* from(err('x'))
      } catch {
        return 'caught'
      }
      return 'passed'
    })

    expect(stopped).toStrictEqual(err('x'))
  })

  test('lets a throw be a throw, in the generator and in its finally', () => {
    expect(() =>
      gen(function* () {
        yield* from(ok(1))
        throwFault()
      }),
    ).toThrow(fault)
    expect(() =>
      gen(function* () {
        try {
          yield* from(err('x'))
        } finally {
          throwFault()
        }
      }),
    ).toThrow(fault)
  })

  test('runs a generator that a plain function returns', () => {
    function* steps(text: string) {
      return (yield* from(parse(text))) * 2
    }

    expect(gen(() => steps('4'))).toStrictEqual(ok(8))
  })

  test('runs generators of another realm, and what a compiler made of a generator', () => {
    const make = runInNewContext('(function* (step) { return (yield* step) + 1 })') as typeof plusOne
    const { next, return: stop } = plusOne(from(parse('1')))
    const compiled = (text: string): ReturnType<typeof plusOne> => {
      const steps = plusOne(from(parse(text)))
      return { next: next.bind(steps), return: stop.bind(steps) } as ReturnType<typeof plusOne>
    }

    expect(gen(() => make(from(parse('1'))))).toStrictEqual(ok(2))
    expect(gen(() => make(from(parse('x'))))).toStrictEqual(err('not_a_number'))
    expect([gen(() => compiled('1')), gen(() => compiled('x'))]).toEqual([ok(2), err('not_a_number')])
  })

  test('opens one step as often as wanted', () => {
    const bad = from(parse('x'))

    expect([gen(() => twice(bad)), gen(() => twice(bad)), gen(() => twice(from(ok(2))))]).toEqual([
      err('not_a_number'),
      err('not_a_number'),
      ok(4),
    ])
  })

  test('refuses to go on after an error in something that is no gen', () => {
    expect(() => [...(from(err('x')) as Iterable<unknown>)]).toThrow(
      'from is for yield* within gen; something else went on after the error.',
    )
  })
})

describe('gen of an async generator', () => {
  const ask = async (text: string): Promise<Parsed> => parse(text)

  test('awaits promises of results, takes results as they are, and returns a native promise', async () => {
    const sum = gen(async function* () {
      const a = yield* from(ask('1'))
      const b = yield* from(parse('2'))
      const c = yield* from(await ask('3'))
      return a + b + c + (await Promise.resolve(4))
    })

    expect(sum).toBeInstanceOf(Promise)
    expect(await sum).toStrictEqual(ok(10))
  })

  test.each([
    ['a promise of a result', () => from(ask('x'))],
    ['a result', () => from(parse('x'))],
  ])('ends with the first error of %s, after its finally blocks', async (_, open) => {
    const order: string[] = []
    const stopped = gen(async function* () {
      try {
        yield* open()
        order.push('never')
      } finally {
        await Promise.resolve()
        yield* from(ask('y'))
        order.push('never')
      }
    })

    expect(await stopped).toStrictEqual(err('not_a_number'))
    expect(order).toEqual([])
  })

  test('takes a returned result as the outcome', async () => {
    expect(
      await gen(async function* () {
        return ask('x')
      }),
    ).toStrictEqual(err('not_a_number'))
  })

  test('rejects with what is thrown, in it, in its finally, or by an awaited promise', async () => {
    await expect(
      gen(async function* () {
        throwFault()
      }),
    ).rejects.toBe(fault)
    await expect(
      gen(async function* () {
        yield* from(Promise.reject<Parsed>(fault))
      }),
    ).rejects.toBe(fault)
    await expect(
      gen(async function* () {
        try {
          yield* from(err('x'))
        } finally {
          throwFault()
        }
      }),
    ).rejects.toBe(fault)
  })

  test('refuses to go on after an error in something that is no gen', async () => {
    const loop = async (): Promise<void> => {
      for await (const _ of from(ask('x')) as AsyncIterable<unknown>);
    }

    await expect(loop()).rejects.toThrow('from is for yield* within gen')
  })
})

describe('the Result object', () => {
  test('holds every function of the subpath, and nothing else', () => {
    const { Result: object, ...functions } = named

    expect(object).toEqual(functions)
  })
})

function* plusOne(
  step: named.Step<number, 'not_a_number'>,
): Generator<named.Err<'not_a_number'>, number, unknown> {
  return (yield* step) + 1
}

function* twice(
  step: named.Step<number, 'not_a_number'>,
): Generator<named.Err<'not_a_number'>, number, unknown> {
  return (yield* step) + (yield* step)
}

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (thrown) {
    return thrown
  }
  throw new Error('nothing was thrown')
}
