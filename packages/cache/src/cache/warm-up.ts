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
  const work = async () => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const key = next.value
      try {
        await load(key)
        loaded++
      } catch (error) {
        failed.push({ key, error })
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return { loaded, failed }
}
