import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { describeUnits, item, type Repos, rejection } from '../unit-of-work/test-units.js'

const boom = sql`select 1/0`

describeUnits((on) => {
  test.each<[string, (tx: Repos) => PromiseLike<unknown>]>([
    ['a statement', ({ raw }) => raw.executor.execute(boom)],
    ['a read of a repository', ({ items }) => items.findById(1)],
    ['a save of a repository', ({ items }) => items.save(item(1))],
  ])('%s in a unit says where in the function it failed', async (_, send) => {
    const useCase = async (tx: Repos) => {
      await tx.raw.executor.execute(sql`drop table items`)
      await send(tx)
    }
    const error = await rejection(on.units.run(useCase))
    expect((error as Error).stack).toMatch(/useCase/)
  })
})
