import type { CallContext } from '../policy/call-context.js'
import { listen } from '../policy/listen.js'

/** The answer, unless the call is given up before it comes: then its reason at once, and `late` hears of the answer. */
export function unlessAborted<T>(ctx: CallContext, asked: Promise<T>, late: (answer: T) => void): Promise<T> {
  if (!ctx.abortable) return asked
  return new Promise((resolve, reject) => {
    const stop = listen(ctx, () => reject(ctx.turnBack()))
    asked.then((answer) => {
      stop()
      if (ctx.aborted) late(answer)
      resolve(answer)
    }, reject)
  })
}
