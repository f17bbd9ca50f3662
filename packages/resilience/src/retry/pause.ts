import type { Clock } from '@base/core/clock'
import type { CallContext } from '../policy/call-context.js'
import { listen } from '../policy/listen.js'

/** Waits, and rejects at once when the call is given up; leaves neither timer nor listener. */
export function pause(clock: Clock, duration: number, ctx: CallContext, name = 'retry'): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ctx.aborted) {
      reject(ctx.reason)
      return
    }
    let isOver = false
    let stop: (() => void) | undefined
    const end = () => {
      isOver = true
      stop?.()
      resolve()
    }
    const timer = clock.schedule(duration, end, { name })
    // A clock of a test may be there at once.
    if (isOver) return
    stop = listen(ctx, () => {
      timer.cancel()
      reject(ctx.reason)
    })
  })
}
