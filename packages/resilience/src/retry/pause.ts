import type { Clock } from '@base/core/clock'
import type { CallContext } from '../policy/call-context.js'

/** Waits, and rejects at once when the call is given up; leaves neither timer nor listener. */
export function pause(clock: Clock, duration: number, ctx: CallContext, name = 'retry'): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiter = {
      handleEvent(): void {
        timer.cancel()
        ctx.unlisten(waiter)
        reject(ctx.reason)
      },
    }
    const timer = clock.schedule(
      duration,
      () => {
        ctx.unlisten(waiter)
        resolve()
      },
      { name },
    )
    if (ctx.aborted) waiter.handleEvent()
    else ctx.listen(waiter)
  })
}
