import type { Duration } from '../duration/duration.js'
import { checkSignal } from '../options/options.js'
import type { Clock, SleepOptions } from './clock.js'

/** Sleeps on any clock's timers; leaves no timer and no listener behind. */
export async function sleep(
  clock: Pick<Clock, 'schedule'>,
  duration: Duration,
  { signal }: SleepOptions = {},
): Promise<void> {
  checkSignal(signal, { package: '@base/core', pattern: 'Clock.sleep', option: 'signal' })
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.schedule(
      duration,
      () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      },
      { name: 'sleep' },
    )
    signal?.addEventListener('abort', abort, { once: true })
  })
}
