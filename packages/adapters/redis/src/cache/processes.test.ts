import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { freshPrefix, patience } from './test-store.js'

const PROCESSES = 8

/** A process with a cache, which is told what to do. */
class Worker {
  readonly process: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(url: string, prefix: string) {
    const file = join(import.meta.dirname, 'test-process.ts')
    this.process = spawn(process.execPath, [file, url, prefix], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.process.stdout ?? expect.unreachable() })[
      Symbol.asyncIterator
    ]()
  }

  tell(line: string): void {
    this.process.stdin?.write(`${line}\n`)
  }

  async hear(): Promise<unknown> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('The process has ended.')
    return JSON.parse(value)
  }

  ask(line: string): Promise<unknown> {
    this.tell(line)
    return this.hear()
  }
}

describeWithPrivateService('redis', {}, (redis) => {
  let workers: Worker[] = []

  async function start(prefix: string): Promise<Worker[]> {
    workers = Array.from({ length: PROCESSES }, () => new Worker(redis.url, prefix))
    expect(await Promise.all(workers.map((worker) => worker.hear()))).toEqual(workers.map(() => 'ready'))
    return workers
  }

  afterEach(() => {
    for (const { process } of workers) process.kill('SIGKILL')
  })

  test('eight processes with a hundred callers each load a cold key once', { timeout: 60_000 }, async () => {
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
    const [one, ...others] = await start(freshPrefix())
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
