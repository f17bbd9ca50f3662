import type { Clock } from '@base/core/clock'
import type { CallContext } from '../policy/call-context.js'

/** Waits, and rejects at once when the call is given up; leaves neither timer nor listener. */
export function pause(clock: Clock, duration: number, ctx: CallContext, name = 'retry'): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ctx.aborted) {
      reject(ctx.reason)
      return
    }
    const end = () => {
      stop()
      resolve()
    }
    const timer = clock.schedule(duration, end, { name })
    const stop = ctx.listen(() => {
      timer.cancel()
      reject(ctx.reason)
    })
  })
}
