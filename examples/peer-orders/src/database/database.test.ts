import { expect, test } from 'vitest'
import { type Db, inTransaction } from './database.ts'

const away = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

/** A database that is lost when the work is done, or before. */
function lostAt(point: 'begin' | 'commit'): Db {
  const transaction = async (work: (tx: unknown) => Promise<unknown>) => {
    if (point === 'commit') await work({})
    throw away
  }
  return { transaction } as unknown as Db
}

test('a commit whose answer is lost has a code of its own, for it may be done', async () => {
  await expect(inTransaction(lostAt('commit'), async () => 1)).rejects.toMatchObject({
    status: 503,
    code: 'COMMIT_UNKNOWN',
  })
  await expect(inTransaction(lostAt('begin'), async () => 1)).rejects.toBe(away)
})
