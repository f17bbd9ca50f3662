/** The work's outcome, or the signal's reason where that comes first; what the work does afterwards is not heard. */
export async function abortable<R>(signal: AbortSignal | undefined, work: () => PromiseLike<R>): Promise<R> {
  if (signal === undefined) return work()
  signal.throwIfAborted()
  const { promise, stop } = rejectionOf(signal)
  try {
    return await Promise.race([work(), promise])
  } finally {
    stop()
  }
}

function rejectionOf(signal: AbortSignal): { readonly promise: Promise<never>; readonly stop: () => void } {
  let stop = (): void => {}
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    stop = () => signal.removeEventListener('abort', abort)
  })
  return { promise, stop }
}
