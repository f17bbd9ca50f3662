import type { Duration } from '../duration/duration.js'
import type { Clock, SleepOptions } from './clock.js'

/** Sleeps on any clock's timers; leaves no timer and no listener behind. */
export async function sleep(
  clock: Pick<Clock, 'schedule'>,
  duration: Duration,
  { signal }: SleepOptions = {},
): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const timer = clock.schedule(
      duration,
      () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      },
      { name: 'sleep' },
    )
    const abort = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
