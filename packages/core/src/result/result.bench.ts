import * as base from '@base/core/result'
import { bench, type Contestant } from '@base-internal/tools/bench'
import { Result as Better } from 'better-result'
import * as neverthrow from 'neverthrow'
import { result as myth } from 'true-myth'
import { type Task, tryOrElse } from 'true-myth/task'

type Result<T, E> = base.Result<T, E>
// Constants, as a bundler makes them: an import is looked up at each call, which costs as much as a step does.
const {
  all,
  allErrors,
  andThen,
  attempt,
  err,
  from,
  fromPromise,
  gen,
  map,
  mapError,
  match,
  ok,
  partition,
  unwrapOr,
} = base
const { err: neverErr, fromThrowable, ok: neverOk, safeTry } = neverthrow
const { combine, combineWithAllErrors } = neverthrow.Result
const { fromPromise: neverFromPromise } = neverthrow.ResultAsync
const { err: betterErr, gen: betterGen, ok: betterOk, try: betterTry, tryPromise } = Better
const { err: mythErr, ok: mythOk } = myth

type Outcome = readonly ['ok' | 'err', unknown]

const ours = (run: (index: number) => unknown): Contestant => ({
  run,
  read: (r: Result<unknown, unknown>): Outcome => (r.ok ? ['ok', r.value] : ['err', r.error]),
})
const never = (run: (index: number) => unknown): Contestant => ({
  run,
  read: (r: neverthrow.Result<unknown, unknown>): Outcome => (r.isOk() ? ['ok', r.value] : ['err', r.error]),
})
const better = (run: (index: number) => unknown): Contestant => ({
  run,
  read: (r: Better<unknown, unknown>): Outcome => (r.isOk() ? ['ok', r.value] : ['err', r.error]),
})
const trueMyth = (run: (index: number) => unknown): Contestant => ({
  run,
  read: (r: myth.Result<unknown, unknown>): Outcome => (r.isOk ? ['ok', r.value] : ['err', r.error]),
})
const bare = (run: (index: number) => Outcome): Contestant => run
const bareAsync = (run: (index: number) => Promise<Outcome>): Contestant => run

const increment = (n: number): number => n + 1
const double = (n: number): number => n * 2
const label = (code: number): string => (code < 0 ? 'negative' : 'refused')
const fails = (n: number): boolean => n % 4 === 3

// A step that fails every fourth time, in each library's own words.
const step = (n: number): Result<number, 'limit'> => (fails(n) ? err('limit') : ok(n + 4))
const stepNever = (n: number): neverthrow.Result<number, 'limit'> =>
  fails(n) ? neverErr('limit') : neverOk(n + 4)
const stepBetter = (n: number): Better<number, 'limit'> => (fails(n) ? betterErr('limit') : betterOk(n + 4))
const stepMyth = (n: number): myth.Result<number, 'limit'> => (fails(n) ? mythErr('limit') : mythOk(n + 4))

const stop = (n: number): Result<number, 'limit'> => (n < 0 ? ok(n) : err('limit'))
const stopNever = (n: number): neverthrow.Result<number, 'limit'> => (n < 0 ? neverOk(n) : neverErr('limit'))
const stopBetter = (n: number): Better<number, 'limit'> => (n < 0 ? betterOk(n) : betterErr('limit'))

const length = (text: string): number => text.length
const cases = { ok: increment, err: length }
const casesMyth = { Ok: increment, Err: length }
const texts = { ok: String, err: (text: string): string => text }
const textsMyth = { Ok: texts.ok, Err: texts.err }

const ten = Array.from({ length: 10 }, (_, index) => index)
const tenOurs = ten.map((n) => ok(n))
const tenNever = ten.map((n) => neverOk<number, never>(n))
const tenBetter = ten.map((n) => betterOk(n))
const tenMyth = ten.map((n) => mythOk<number, never>(n))
const mixedOurs = ten.map((n) => (n % 2 === 0 ? ok(n) : err(n)))
const mixedNever = ten.map((n) => (n % 2 === 0 ? neverOk<number, number>(n) : neverErr<number, number>(n)))
const mixedMyth = ten.map((n) => (n % 2 === 0 ? mythOk<number, number>(n) : mythErr<number, number>(n)))
const mixedBetter = ten.map((n) => (n % 2 === 0 ? betterOk<number, number>(n) : betterErr<number, number>(n)))
const odd = ten.filter((n) => n % 2 === 1)
const even = ten.filter((n) => n % 2 === 0)

const fault = new Error('thrown on purpose')
const thrower = (): number => {
  throw fault
}
const thrown = (): 'thrown' => 'thrown'
const answer = async (n: number): Promise<number> => n + 1
const reject = async (_n: number): Promise<number> => {
  throw fault
}

// An asynchronous step, as each library would have it written.
const ask = (n: number): Promise<Result<number, 'thrown'>> => fromPromise(answer(n), thrown)
const askNever = (n: number): neverthrow.ResultAsync<number, 'thrown'> => neverFromPromise(answer(n), thrown)
const askBetter = (n: number): Promise<Better<number, 'thrown'>> =>
  tryPromise({ try: () => answer(n), catch: thrown })
const askMyth = (n: number): Task<number, 'thrown'> => tryOrElse(thrown, () => answer(n))

async function askThrice(n: number): Promise<Result<number, 'thrown'>> {
  const first = await ask(n)
  if (!first.ok) return first
  const second = await ask(first.value)
  return second.ok ? ask(second.value) : second
}

await bench({
  name: '@base/core/result',
  ours: '@base/core',
  workloads: {
    'ok, map, map': {
      floor: (i) => double(increment(i)),
      contestants: {
        '@base/core': (i) => unwrapOr(map(map(ok(i), increment), double), 0),
        neverthrow: (i) => neverOk(i).map(increment).map(double).unwrapOr(0),
        'better-result': (i) => betterOk(i).map(increment).map(double).unwrapOr(0),
        'true-myth': (i) => mythOk<number, never>(i).map(increment).map(double).unwrapOr(0),
      },
    },
    'err, map, map, mapError': {
      floor: (i) => label(i),
      contestants: {
        '@base/core': (i) =>
          match(mapError(map(map(err(i) as Result<number, number>, increment), double), label), texts),
        neverthrow: (i) =>
          neverErr<number, number>(i).map(increment).map(double).mapErr(label).match(texts.ok, texts.err),
        'better-result': (i) =>
          betterErr<number, number>(i).map(increment).map(double).mapError(label).match(texts),
        'true-myth': (i) =>
          mythErr<number, number>(i).map(increment).map(double).mapErr(label).match(textsMyth),
      },
    },
    'map, mapError, 1 in 4 wrong': {
      floor: bare((i) => (fails(i) ? ['err', 5] : ['ok', increment(i + 4)])),
      contestants: {
        '@base/core': ours((i) => mapError(map(step(i), increment), length)),
        neverthrow: never((i) => stepNever(i).map(increment).mapErr(length)),
        'better-result': better((i) => stepBetter(i).map(increment).mapError(length)),
        'true-myth': trueMyth((i) => stepMyth(i).map(increment).mapErr(length)),
      },
    },
    'andThen × 3, 1 in 4 wrong': {
      floor: bare((i) => (fails(i) ? ['err', 'limit'] : ['ok', i + 16])),
      contestants: {
        '@base/core': ours((i) => andThen(andThen(andThen(step(i), step), step), step)),
        neverthrow: never((i) => stepNever(i).andThen(stepNever).andThen(stepNever).andThen(stepNever)),
        'better-result': better((i) =>
          stepBetter(i).andThen(stepBetter).andThen(stepBetter).andThen(stepBetter),
        ),
        'true-myth': trueMyth((i) => stepMyth(i).andThen(stepMyth).andThen(stepMyth).andThen(stepMyth)),
      },
    },
    'match, 1 in 4 wrong': {
      floor: (i) => (fails(i) ? 5 : increment(i + 4)),
      contestants: {
        '@base/core': (i) => match(step(i), cases),
        neverthrow: (i) => stepNever(i).match(cases.ok, cases.err),
        'better-result': (i) => stepBetter(i).match(cases),
        'true-myth': (i) => stepMyth(i).match(casesMyth),
      },
    },
    'all of 10': {
      floor: bare(() => ['ok', ten.slice()]),
      contestants: {
        '@base/core': ours(() => all(tenOurs)),
        neverthrow: never(() => combine(tenNever)),
        'better-result': better(() => Better.all(tenBetter)),
        'true-myth': trueMyth(() => myth.all(tenMyth)),
      },
    },
    'allErrors of 10, 5 wrong': {
      floor: bare(() => ['err', odd.slice()]),
      contestants: {
        '@base/core': ours(() => allErrors(mixedOurs)),
        neverthrow: never(() => combineWithAllErrors(mixedNever)),
        'true-myth': trueMyth(() => myth.transposeAll(mixedMyth)),
      },
    },
    'partition of 10': {
      floor: () => [even.slice(), odd.slice()],
      contestants: {
        '@base/core': () => partition(mixedOurs),
        'better-result': () => Better.partition(mixedBetter),
      },
    },
    'attempt, returns': {
      floor: bare((i) => ['ok', increment(i)]),
      contestants: {
        '@base/core': ours((i) => attempt(() => increment(i), thrown)),
        neverthrow: never((i) => fromThrowable(() => increment(i), thrown)()),
        'better-result': better((i) => betterTry({ try: () => increment(i), catch: thrown })),
        'true-myth': trueMyth((i) => myth.tryOrElse(thrown, () => increment(i))),
      },
    },
    'attempt, throws': {
      contestants: {
        '@base/core': ours(() => attempt(thrower, thrown)),
        neverthrow: never(() => fromThrowable(thrower, thrown)()),
        'better-result': better(() => betterTry({ try: thrower, catch: thrown })),
        'true-myth': trueMyth(() => myth.tryOrElse(thrown, thrower)),
      },
    },
    'gen of 2 steps': {
      floor: bare((i) => (fails(i) ? ['err', 'limit'] : ['ok', i + i + 8])),
      contestants: {
        '@base/core': ours((i) =>
          gen(function* () {
            const a = yield* from(step(i))
            const b = yield* from(step(i))
            return a + b
          }),
        ),
        neverthrow: never((i) =>
          safeTry(function* () {
            const a = yield* stepNever(i)
            const b = yield* stepNever(i)
            return neverOk(a + b)
          }),
        ),
        'better-result': better((i) =>
          betterGen(function* () {
            const a = yield* stepBetter(i)
            const b = yield* stepBetter(i)
            return betterOk(a + b)
          }),
        ),
      },
    },
    'gen, stopped at step 2': {
      floor: bare(() => ['err', 'limit']),
      contestants: {
        '@base/core': ours((i) =>
          gen(function* () {
            const a = yield* from(step(i))
            const b = yield* from(stop(a))
            return a + b
          }),
        ),
        neverthrow: never((i) =>
          safeTry(function* () {
            const a = yield* stepNever(i)
            const b = yield* stopNever(a)
            return neverOk(a + b)
          }),
        ),
        'better-result': better((i) =>
          betterGen(function* () {
            const a = yield* stepBetter(i)
            const b = yield* stopBetter(a)
            return betterOk(a + b)
          }),
        ),
      },
    },
    'fromPromise, resolves': {
      floor: bareAsync(async (i) => ['ok', await answer(i)]),
      contestants: {
        '@base/core': ours((i) => fromPromise(answer(i), thrown)),
        neverthrow: never((i) => neverFromPromise(answer(i), thrown)),
        'better-result': better((i) => tryPromise({ try: () => answer(i), catch: thrown })),
        'true-myth': trueMyth((i) => tryOrElse(thrown, () => answer(i))),
      },
    },
    'fromPromise, rejects': {
      contestants: {
        '@base/core': ours((i) => fromPromise(reject(i), thrown)),
        neverthrow: never((i) => neverFromPromise(reject(i), thrown)),
        'better-result': better((i) => tryPromise({ try: () => reject(i), catch: thrown })),
        'true-myth': trueMyth((i) => tryOrElse(thrown, () => reject(i))),
      },
    },
    'async chain of 3': {
      floor: bareAsync(async (i) => ['ok', await answer(await answer(await answer(i)))]),
      contestants: {
        '@base/core': ours(askThrice),
        neverthrow: never((i) => askNever(i).andThen(askNever).andThen(askNever)),
        'better-result': better(async (i) =>
          (await (await askBetter(i)).andThenAsync(askBetter)).andThenAsync(askBetter),
        ),
        'true-myth': trueMyth((i) => askMyth(i).andThen(askMyth).andThen(askMyth)),
      },
    },
    'async gen of 2 steps': {
      floor: bareAsync(async (i) => ['ok', (await answer(i)) + (await answer(i))]),
      contestants: {
        '@base/core': ours((i) =>
          gen(async function* () {
            const a = yield* from(ask(i))
            const b = yield* from(ask(i))
            return a + b
          }),
        ),
        neverthrow: never((i) =>
          safeTry(async function* () {
            const a = yield* askNever(i)
            const b = yield* askNever(i)
            return neverOk(a + b)
          }),
        ),
        'better-result': better((i) =>
          betterGen(async function* () {
            const a = yield* Better.await(askBetter(i))
            const b = yield* Better.await(askBetter(i))
            return betterOk(a + b)
          }),
        ),
      },
    },
  },
})
