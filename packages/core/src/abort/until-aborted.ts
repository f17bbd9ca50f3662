/**
 * Waits for a promise as long as the caller wants: gives its outcome, or rejects with the signal's reason where that
 * comes first. A signal that has aborted already comes first.
 *
 * It ends the wait and not the work, which goes on and whose late outcome nobody hears: give the signal to whatever can
 * stop too. It leaves no listener on the signal behind, and no rejection that nobody handles.
 *
 * @param promise - What is waited for, of work that has begun, or that begins with `then`, as a query builder's does.
 * @param signal - Ends the wait; `undefined` never does.
 * @throws The signal's reason, or what the promise rejects with.
 *
 * @example
 * const shared = fetchRates() // for all who ask
 * const rates = await untilAborted(shared, request.signal) // one who hangs up does not end it for the others
 */
export function untilAborted<T>(promise: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  const work = Promise.resolve(promise)
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    const stop = () => signal.removeEventListener('abort', abort)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    // First, so that who hears the outcome finds no listener any more.
    work.then(stop, stop)
    // Heard also after an abort, for otherwise a late failure would be unhandled.
    work.then(resolve, reject)
  })
}
