import { join } from 'node:path'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { testProcesses } from '@base-internal/tools/test-process'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { freshPrefix, patience } from './test-store.js'

const PROCESSES = 8

/** Does what a line says, and answers. */
interface Worker {
  ask(line: string): Promise<unknown>
}

describeWithPrivateService('redis', {}, (redis) => {
  const processOf = testProcesses(join(import.meta.dirname, 'test-process.ts'))

  /** Processes with a cache each, which are told what to do. */
  async function start(prefix: string): Promise<Worker[]> {
    const started = Array.from({ length: PROCESSES }, () => processOf(redis.url, prefix))
    expect(await Promise.all(started.map((each) => each.hear()))).toEqual(started.map(() => '"ready"'))
    return started.map((each) => ({ ask: async (line) => JSON.parse(await each.ask(line)) }))
  }

  test('cacheable #1201: eight processes with a hundred callers each load a cold key once', {
    timeout: 60_000,
  }, async () => {
    const prefix = freshPrefix()
    const all = await start(prefix)
    const admin = new Redis(redis.url)
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(all.map((worker) => worker.ask(`load cold${round} 100`)))
      expect(answers).toEqual(all.map(() => ['load 1']))
      expect(await admin.get(`${prefix} loads of cold${round}`)).toBe('1')
    }
    admin.disconnect()
  })

  test('a deletion in one is seen in all, and never undone', { timeout: 60_000 }, async () => {
    const workers = await start(freshPrefix())
    const [one, ...others] = workers
    const deleting = one as Worker
    const took: number[] = []
    for (let round = 0; round < 20; round++) {
      await deleting.ask(`set k ${round}`)
      for (const other of others) await expect.poll(() => other.ask('get k'), patience).toBe(`${round}`)
      // A load that begins before the deletion, and ends after it.
      const loading = others[round % others.length] as Worker
      expect(await loading.ask('slow-load l')).toBe('loading')
      const gone = others.filter((other) => other !== loading).map((other) => other.ask('until-gone k'))
      const deletedAt = Number(await deleting.ask('delete k'))
      for (const seenAt of await Promise.all(gone)) took.push(Number(seenAt) - deletedAt)
      await deleting.ask('delete l')
      expect(await loading.ask('finish')).toBe('old')
      const left = await Promise.all(workers.map((worker) => worker.ask('get l')))
      expect(left).toEqual(workers.map(() => null))
    }
    took.sort((a, b) => a - b)
    console.info(
      `A deletion is seen in all processes after ${took[took.length >> 1]} ms (median of ${took.length}).`,
    )
  })
})
