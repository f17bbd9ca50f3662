import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createIdempotency,
  type IdempotencyContext,
  type IdempotencyStore,
  memoryIdempotencyStore,
} from './index.js'

/** What becomes of a request's function, where it is the one that runs. */
interface Attempt {
  readonly startsAt: number
  readonly takes: number
  readonly ends: 'by a value' | 'by an error' | 'never, as its process dies'
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  startsAt: fc.nat(120_000),
  takes: fc.nat(150_000),
  ends: fc.constantFrom('by a value', 'by an error', 'never, as its process dies'),
})

/** What the requests write to: it refuses a fence that is lower than one it has seen. */
class Resource {
  readonly effects: number[] = []
  #fence = 0n

  write(effect: number, fence: bigint): void {
    if (fence < this.#fence) throw new Error('refused')
    this.#fence = fence
    this.effects.push(effect)
  }
}

/** Sends the request so often to one store, each time from a process of its own, and gives the answers. */
async function send(attempts: readonly Attempt[], resource: Resource): Promise<readonly unknown[]> {
  const clock = new TestClock()
  const store = memoryIdempotencyStore({ clock })
  const answers: unknown[] = []
  let hasDied = false
  const request = async ({ startsAt, takes, ends }: Attempt, index: number) => {
    await clock.sleep(startsAt)
    const dies = ends.startsWith('never')
    const port: IdempotencyStore = {
      claim: (claim) => store.claim(claim),
      renew: (claim) => (dies ? new Promise<boolean>(() => {}) : store.renew(claim)),
      complete: (claim, outcome) => store.complete(claim, outcome),
      release: (claim) => store.release(claim),
    }
    const process = createIdempotency({ store: port, clock, wait: '1d' })
    const fn = async ({ fence, takeover }: IdempotencyContext) => {
      if (takeover !== hasDied) throw new Error(`takeover is ${takeover}`)
      hasDied ||= dies
      if (dies) return new Promise<number>(() => {})
      await clock.sleep(takes)
      if (ends === 'by an error') throw new Error('failed')
      resource.write(index, fence)
      return index
    }
    const answer = await process.run('key', 'fingerprint', fn).catch((error: Error) => error.message)
    answers.push(typeof answer === 'object' ? answer.value : answer)
  }
  attempts.forEach((one, index) => void request(one, index))
  await clock.advance('1d')
  return answers
}

describe('Idempotency', () => {
  test('has one effect, whatever is sent when, whoever fails or dies, and who runs after that knows it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 50 }), async (attempts) => {
        const resource = new Resource()
        const answers = await send(attempts, resource)
        const values = answers.filter((answer) => typeof answer === 'number')
        expect(answers.filter((answer) => String(answer).startsWith('takeover'))).toEqual([])
        expect(resource.effects.length).toBeLessThanOrEqual(1)
        expect(new Set(values)).toEqual(new Set(resource.effects))
        // Only who died, and who failed before there was an effect, has none of it.
        const died = attempts.length - answers.length
        const failed = answers.length - values.length
        expect(died).toBeLessThanOrEqual(attempts.filter(({ ends }) => ends.startsWith('never')).length)
        expect(failed).toBeLessThanOrEqual(attempts.filter(({ ends }) => ends === 'by an error').length)
        if (attempts.some(({ ends }) => ends === 'by a value')) expect(resource.effects).toHaveLength(1)
      }),
      { numRuns: 60 },
    )
  })
})
