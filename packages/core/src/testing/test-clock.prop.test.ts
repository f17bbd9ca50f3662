import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestClock } from './index.js'

/** A timer of a random program: when, what it plans in turn, and which other it cancels. */
interface Step {
  readonly delay: number
  readonly next: readonly Step[]
  readonly cancels: number | undefined
}

const stepThat = (next: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Step> =>
  fc.record({ delay: fc.nat(20), next, cancels: fc.option(fc.nat(10), { nil: undefined }) })
const leaf = stepThat(fc.constant([]))
const branch = stepThat(fc.array(leaf, { maxLength: 3 }))
const step = stepThat(fc.array(fc.oneof(leaf, branch), { maxLength: 3 }))
const program = fc.array(step, { maxLength: 8 })

/** Plans the steps on a clock, and notes what fires when. */
function play(clock: TestClock, steps: readonly Step[]): [number, number][] {
  const fired: [number, number][] = []
  const timers: { cancel(): void }[] = []
  const plan = ({ delay, next, cancels }: Step) => {
    const id = timers.length
    const fn = () => {
      fired.push([id, clock.monotonic()])
      if (cancels !== undefined) timers[cancels]?.cancel()
      next.forEach(plan)
    }
    timers.push(clock.schedule(delay, fn))
  }
  steps.forEach(plan)
  return fired
}

/** The same, by the plainest means: again and again the earliest of all that is left. */
function model(steps: readonly Step[], until: number): [number, number][] {
  const fired: [number, number][] = []
  const timers: { due: number; step: Step; over: boolean }[] = []
  let now = 0
  const plan = (step: Step) => void timers.push({ due: now + step.delay, step, over: false })
  steps.forEach(plan)
  for (;;) {
    const left = timers.filter(({ due, over }) => !over && due <= until)
    const next = left.reduce<(typeof left)[number] | undefined>(
      (a, b) => (a === undefined || b.due < a.due ? b : a),
      undefined,
    )
    if (next === undefined) return fired
    next.over = true
    now = next.due
    fired.push([timers.indexOf(next), now])
    const cancelled = next.step.cancels === undefined ? undefined : timers[next.step.cancels]
    if (cancelled !== undefined) cancelled.over = true
    next.step.next.forEach(plan)
  }
}

describe('TestClock', () => {
  test('fires as the plainest model does', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.nat(60), async (steps, until) => {
        const clock = new TestClock()
        const fired = play(clock, steps)
        await clock.advance(until)
        expect(fired).toEqual(model(steps, until))
        expect(clock.monotonic()).toBe(until)
      }),
      { numRuns: runs({ ci: 50, soak: 5_000 }) },
    )
  })

  test('fires the same in one move as in many', async () => {
    await fc.assert(
      fc.asyncProperty(
        program,
        fc.array(fc.nat(15), { minLength: 1, maxLength: 5 }),
        async (steps, moves) => {
          const [once, often] = [new TestClock(), new TestClock()]
          const [inOne, inMany] = [play(once, steps), play(often, steps)]
          await once.advance(moves.reduce((sum, by) => sum + by, 0))
          for (const by of moves) await often.advance(by)
          expect(inMany).toEqual(inOne)
          expect(often.now()).toBe(once.now())
        },
      ),
      { numRuns: runs({ ci: 50, soak: 5_000 }) },
    )
  })

  test('has nothing pending after runAll', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        const clock = new TestClock()
        const fired = play(clock, steps)
        await clock.runAll()
        expect(clock.pending).toBe(0)
        expect(fired).toEqual(model(steps, Number.POSITIVE_INFINITY))
      }),
      { numRuns: runs({ ci: 50, soak: 5_000 }) },
    )
  })
})
