import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drizzleUnitOfWork, pglite } from './index.js'
import { Place } from './place.js'
import { turn } from './test-units.js'

let client: PGlite
beforeAll(async () => {
  client = await PGlite.create()
}, 60_000)
afterAll(() => client.close())

test.each(['its function', 'a run that joins', 'a nested unit', 'a hook'])(
  'what goes on from unit to unit by %s does not hold those that have ended',
  async (from) => {
    setFlagsFromString('--expose_gc')
    const gc: () => void = runInNewContext('gc')
    const made: WeakRef<object>[] = []
    const units = drizzleUnitOfWork(pglite(client), () => {
      const repositories = {}
      made.push(new WeakRef(repositories))
      return repositories
    })
    const alive = await new Promise<number>((resolve, reject) => {
      const plan = () => void setImmediate(() => next().catch(reject))
      const next = async () => {
        if (made.length === 20) {
          await turn()
          gc()
          return resolve(made.filter((one) => one.deref() !== undefined).length)
        }
        // Not within the one before, which that would join.
        while (open > 0) await turn()
        open++
        await units.run(async (_, unit) => {
          if (from === 'its function') plan()
          if (from === 'a run that joins') await units.run(async () => plan())
          if (from === 'a nested unit') await units.run(async () => plan(), { propagation: 'nested' })
          if (from === 'a hook') unit.afterCommit(plan)
        })
        open--
      }
      let open = 0
      next().catch(reject)
    })
    expect(alive).toBeLessThan(5)
  },
)

test('nor does a part hold those around it that have ended', () => {
  const whole = new Place(undefined)
  const [open, ended] = [new Place(whole), new Place(whole)]
  ended.end()
  expect(new Place(open).around).toBe(open)
  expect(new Place(ended).around).toBe(whole)
})
