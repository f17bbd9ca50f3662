/** The work's outcome, or the signal's reason where that comes first; what the work does afterwards is not heard. */
export async function abortable<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R> {
  signal.throwIfAborted()
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort)
  }
}
