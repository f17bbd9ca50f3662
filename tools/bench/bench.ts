import { inspect, isDeepStrictEqual } from 'node:util'
import { keep } from './keep.ts'
import { type Call, type Effort, type Figure, measure } from './measure.ts'
import { FLOOR, table } from './table.ts'

/**
 * One way to do the work of a workload. `run` is timed; `index` counts up from 0 and should enter the work, so that no
 * call is a constant. If one contestant of a workload returns a promise (or anything with `then`), all are awaited.
 */
export type Contestant =
  | Call
  | {
      readonly run: Call
      /** Makes what `run` returns comparable with what the others return; not timed. Default: as it is. */
      readonly read: (returned: never) => unknown
    }

/** The same work, done by each contestant. */
export interface Workload {
  /** The least that any of them could do: a bare call. Its result is compared as well. */
  readonly floor?: Contestant
  /** By name. The one that is named as the bench's `ours` must be there. */
  readonly contestants: Readonly<Record<string, Contestant>>
}

/** A set of workloads that are shown in one table. */
export interface Bench {
  /** The heading. */
  readonly name: string
  /** The contestant that the others are compared with, usually a package's name. */
  readonly ours: string
  /** By name: a row each, run one after the other. */
  readonly workloads: Readonly<Record<string, Workload>>
  /** Receives the table. @defaultValue console.log */
  readonly print?: (text: string) => void
}

/** Steady ratios in about two seconds a workload, and a proof that it runs in some hundredths of one. */
const FULL: Effort = { batch: 4, rounds: 75, warmUp: 25, limit: 4_000 }
const SMOKE: Effort = { batch: 0.5, rounds: 3, warmUp: 1, limit: 100 }

/** As many calls of each contestant are compared before anything is timed. */
const COMPARED = 5

/**
 * Compares contestants that do the same work, in one process: first it checks that they return equal results, then it
 * times them in turn, and prints a Markdown table of median times and of ratios to ours. A ratio above 1 says that the
 * peer is slower. Only ratios count: absolute times differ between runs and machines. It never judges a time.
 *
 * What calls have in common (the loop, the call itself, the `await`) is in every figure; the floor shows it. With
 * `BENCH_SMOKE=1` in the environment it runs very briefly, to prove that the bench works; its figures then mean nothing.
 * Otherwise they are also written as JSON to `.cache/bench`.
 *
 * A bench stands beside its pattern as `<pattern>.bench.ts`, imports the built package by its public name, and is run by
 * `pnpm bench [filter…]`, each file in a process of its own. Set-up and clean-up stand in the file, around `await bench`.
 *
 * @returns The figures by workload, the floor under the name `floor`.
 * @throws An `Error` naming workload and contestant where results differ, or `ours` is missing; and whatever a contestant throws.
 *
 * @example
 * await bench({
 *   name: '@base/core/result',
 *   ours: '@base/core',
 *   workloads: {
 *     map: {
 *       floor: (index) => index + 1,
 *       contestants: {
 *         '@base/core': { run: (index) => map(ok(index), increment), read: unwrap },
 *         neverthrow: { run: (index) => neverthrow.ok(index).map(increment), read: (r: NeverthrowOk) => r.value },
 *       },
 *     },
 *   },
 * })
 */
export async function bench(options: Bench): Promise<Map<string, Figure[]>> {
  const { name, ours, workloads, print = console.log } = options
  const smoke = process.env['BENCH_SMOKE'] === '1'
  const measured = new Map<string, Figure[]>()
  for (const [workload, { floor, contestants }] of Object.entries(workloads)) {
    if (contestants[ours] === undefined)
      throw new Error(`Bench '${name}', '${workload}': no contestant '${ours}'.`)
    const all = new Map(Object.entries({ ...(floor && { [FLOOR]: floor }), ...contestants }))
    const asynchronous = await compare(all, `Bench '${name}', '${workload}'`)
    const calls = new Map([...all].map(([key, contestant]) => [key, callOf(contestant)]))
    measured.set(workload, await measure(calls, ours, asynchronous, smoke ? SMOKE : FULL))
  }
  print(`\n${name}, Node ${process.version}${smoke ? ', smoke run: the figures mean nothing' : ''}\n`)
  print(table(measured, ours))
  if (!smoke) keep({ name, ours, workloads: Object.fromEntries(measured) })
  return measured
}

/** Throws unless all results are equal; says whether there is something to await. */
async function compare(contestants: ReadonlyMap<string, Contestant>, subject: string): Promise<boolean> {
  let asynchronous = false
  for (let index = 0; index < COMPARED; index++) {
    let expected: { readonly name: string; readonly result: unknown } | undefined
    for (const [name, contestant] of contestants) {
      const returned = callOf(contestant)(index)
      asynchronous ||= isThenable(returned)
      const result = read(contestant, await returned)
      expected ??= { name, result }
      if (!isDeepStrictEqual(result, expected.result))
        throw new Error(
          `${subject}: '${name}' returns ${inspect(result)} for ${index}, '${expected.name}' ${inspect(expected.result)}.`,
        )
    }
  }
  return asynchronous
}

function callOf(contestant: Contestant): Call {
  return typeof contestant === 'function' ? contestant : contestant.run
}

function read(contestant: Contestant, returned: unknown): unknown {
  return typeof contestant === 'function' ? returned : contestant.read(returned as never)
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
