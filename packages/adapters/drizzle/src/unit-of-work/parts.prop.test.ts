import type { UnitOfWork } from '@base/domain/unit-of-work'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import { describeUnits, type Item, item, itemsOn, type Repos, turn } from './test-units.js'

/** What a function does: by itself, or in a nested unit or a part of drizzle's, one after the other or at once. */
type Step = 'save' | 'save many' | 'pause' | Part

interface Part {
  readonly in: 'nested unit' | 'part'
  readonly steps: readonly Step[]
  readonly isAtOnce: boolean
  readonly fails: boolean
}

const { step } = fc.letrec<{ step: Step; part: Part }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('save', 'save many', 'pause'),
    tie('part'),
  ),
  part: fc.record({
    in: fc.constantFrom('nested unit', 'part'),
    steps: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
    isAtOnce: fc.boolean(),
    fails: fc.nat(4).map((n) => n === 0),
  }),
}))

const whole = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 4 }), isAtOnce: fc.boolean() })

const FAILED = new Error('This part fails.')

const partOf = (executor: Executor): Repos => ({ items: itemsOn(executor), raw: { executor } })

/** Does the steps of a unit, and tells which rows it has been told are there. */
class Doing {
  readonly #units: UnitOfWork<Repos>
  #id = 0

  constructor(units: UnitOfWork<Repos>) {
    this.#units = units
  }

  async all({ steps, isAtOnce }: Omit<Part, 'in' | 'fails'>): Promise<number[]> {
    return this.#units.run(async (tx) => this.#steps(tx, steps, isAtOnce))
  }

  async #steps(tx: Repos, steps: readonly Step[], isAtOnce: boolean): Promise<number[]> {
    const saved: number[] = []
    const each = async (one: Step) => void saved.push(...(await this.#step(tx, one)))
    if (!isAtOnce) for (const one of steps) await each(one)
    for (const outcome of isAtOnce ? await Promise.allSettled(steps.map(each)) : [])
      if (outcome.status === 'rejected') throw outcome.reason
    return saved
  }

  async #step(tx: Repos, one: Step): Promise<number[]> {
    if (typeof one !== 'string') return this.#part(tx, one)
    await turn()
    if (one === 'pause') return []
    const ids = one === 'save' ? [++this.#id] : [++this.#id, ++this.#id]
    const items = ids.map((id) => item(id))
    await (one === 'save' ? tx.items.save(items[0] as Item) : tx.items.saveMany(items))
    return ids
  }

  async #part(tx: Repos, { in: where, steps, isAtOnce, fails }: Part): Promise<number[]> {
    const work = async (inner: Repos) => {
      const saved = await this.#steps(inner, steps, isAtOnce)
      if (fails) throw FAILED
      return saved
    }
    const part =
      where === 'part'
        ? tx.raw.executor.transaction((executor) => work(partOf(executor)))
        : this.#units.run(work, { propagation: 'nested' })
    return part.catch((error: unknown) => {
      if (error === FAILED) return []
      throw error
    })
  }
}

describeUnits((on) => {
  test('parts and nested units, however they are begun, end; and what was told as saved is there with the commit', async () => {
    const each = fc.asyncProperty(whole, async (steps) => {
      const outcome = await new Doing(on.units).all(steps).catch((error: unknown) => error)
      // Where a statement was taken back with what failed beside it.
      if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: 'TRANSACTION_ABORTED' })
      expect(await on.ids()).toEqual(Array.isArray(outcome) ? outcome.sort((a, b) => a - b) : [])
    })
    await fc.assert(
      each.beforeEach(() => on.clear()),
      { numRuns: 60 },
    )
  })
})
