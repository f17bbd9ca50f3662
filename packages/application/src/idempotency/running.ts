import { createContextKey, isContextAvailable, runInContext } from '@base/core/context'
import type { IdempotencyStore } from './idempotency-store.js'

/** A run whose function is under way, and the one that it was called in. */
interface Running {
  readonly store: IdempotencyStore
  readonly key: string
  readonly around: Running | undefined
  isOver: boolean
}

const RUNNING = createContextKey<Running>('@base/application/idempotency')

/** Runs the function that has a key, such that what it asks for is known to be asked by it. */
export async function runInside<T>(
  { store, key }: Pick<Running, 'store' | 'key'>,
  fn: () => Promise<T>,
): Promise<T> {
  if (!isContextAvailable()) return fn()
  const running: Running = { store, key, around: open(RUNNING.get()), isOver: false }
  try {
    return await runInContext([[RUNNING, running]], fn)
  } finally {
    running.isOver = true
  }
}

/** Whether this call is made by the function that has the key: it would wait for itself. */
export function isInside(store: IdempotencyStore, key: string): boolean {
  for (let running = open(RUNNING.get()); running !== undefined; running = open(running.around))
    if (running.store === store && running.key === key) return true
  return false
}

/** The nearest whose function is under way; those that are over are let go. */
function open(running: Running | undefined): Running | undefined {
  let nearest = running
  while (nearest?.isOver) nearest = nearest.around
  return nearest
}
