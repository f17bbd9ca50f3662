import type { Memory } from './instance.ts'

/** What a process held once it was warm, and at the end. */
export interface Growth {
  readonly before: Memory
  readonly after: Memory
}

/** What caches and pools may come to, which are bounded: in bytes, more than when it was warm. */
const MORE_HEAP = 32 * 2 ** 20
const MORE_RSS = 256 * 2 ** 20

/** Instances that hold more and more, in words. */
export function leaks(growths: readonly Growth[]): string[] {
  return growths.flatMap(({ before, after }, n) => {
    const isBounded = after.heapUsed <= before.heapUsed + MORE_HEAP && after.rss <= before.rss + MORE_RSS
    return isBounded ? [] : [`instance ${n} holds more: ${growth({ before, after })}`]
  })
}

/** What became of it, for people. */
export function growth({ before, after }: Growth): string {
  const heap = `${megabytes(before.heapUsed)} → ${megabytes(after.heapUsed)}`
  return `heap ${heap}, rss ${megabytes(before.rss)} → ${megabytes(after.rss)}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`
}
