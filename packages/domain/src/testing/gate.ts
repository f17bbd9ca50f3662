import type { Duration } from '@base/core/duration'
import { assert } from '@base/core/testing'

/** More turns than any chain of promises here has; a system that needs longer is waited for by the clock. */
const TURNS = 20

/** Turns of a millisecond and more; fewer than the runners' own 5 seconds, which say nothing. */
const PATIENCE = 4_000

/** A promise, and what opens it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Lets others run. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await pause(0)
}

/** The outcome of a promise, or a failure where it has none for seconds in which this process had nothing else to do. */
export async function answer<R>(promise: Promise<R>, complaint: string): Promise<R> {
  const isSettled = watch(promise)
  for (let turn = 0; turn < PATIENCE && !isSettled(); turn++) await pause(1)
  if (!isSettled()) assert.fail(complaint)
  return promise
}

/** The outcome of a promise that may wait for time to pass. */
export async function finish<R>(
  promise: Promise<R>,
  advance: (duration: Duration) => Promise<void>,
): Promise<R> {
  const isSettled = watch(promise)
  while (!isSettled()) {
    await pause(1)
    if (!isSettled()) await advance('2s')
  }
  return promise
}

function watch(promise: Promise<unknown>): () => boolean {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  return () => isSettled
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration))
}
