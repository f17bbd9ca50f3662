import type { WarmUpResult } from './cache.js'

/** Loads each key, so many at a time. */
export async function warmUp(
  keys: Iterable<string>,
  concurrency: number,
  load: (key: string) => Promise<unknown>,
): Promise<WarmUpResult> {
  const waiting = keys[Symbol.iterator]()
  const failed: { readonly key: string; readonly error: unknown }[] = []
  let loaded = 0
  let isOver = false
  const take = () => {
    const next = waiting.next()
    isOver = next.done === true
    return next
  }
  const work = async () => {
    for (let next = take(); next.done !== true; next = take()) {
      const key = next.value
      try {
        await load(key)
        loaded++
      } catch (error) {
        failed.push({ key, error })
      }
    }
  }
  const workers: Promise<void>[] = []
  while (!isOver && workers.length < concurrency) workers.push(work())
  await Promise.all(workers)
  return { loaded, failed }
}
