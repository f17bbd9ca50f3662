import { runs } from '@base-internal/tools/soak'
import { describe, expect, test } from 'vitest'
import { story } from '../src/script.ts'
import { simulate } from '../src/simulate.ts'

describe('the story', () => {
  test('is the same for the same seed, scene by scene, and another for another', async () => {
    const scenes = async (seed: number) => {
      const seen: unknown[] = []
      await simulate(seed, story, (scene) => void seen.push(scene))
      return seen
    }
    const first = await scenes(7)

    expect(await scenes(7)).toEqual(first)
    expect((await scenes(8)).at(-1)).not.toEqual(first.at(-1))
  })

  test('does not depend on how long it is looked at', async () => {
    const looked = await simulate(7, story.slice(0, 2), () => new Promise((resolve) => setImmediate(resolve)))

    expect(looked).toEqual(await simulate(7, story.slice(0, 2)))
  })

  test('adds up, whatever the seed', async () => {
    for (let seed = 0; seed < runs({ ci: 3, soak: 300 }); seed++) {
      const { rows, total, savings, book } = await simulate(seed, story)

      for (const { calls, fresh, stale, failed } of [...rows, total])
        expect(fresh + stale + failed).toBe(calls)
      expect(rows.map(({ phase, calls }) => [phase, calls])).toEqual(
        story.map(({ name, lasts, every }) => [name, lasts / every]),
      )
      const { received, answered, failed, dropped, hung, straggled, refused } = book
      expect(answered + failed + dropped + hung + straggled + refused).toBe(received)
      expect([savings.fallback, total.failed]).toEqual([total.stale, 0])
      // At most what a burst of freed slots sends after it was charged.
      expect(refused).toBeLessThanOrEqual(6)
      for (const saved of Object.values(savings)) expect(saved).toBeGreaterThan(0)
    }
  })
})
