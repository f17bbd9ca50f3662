const warned = new WeakSet<object>()
/** What is told in the next tick, which a process that ends does not wait for. */
const untold = new Map<object, string>()

/** Warns once for each owner, of what it would be wrong to say in the log itself. */
export function warnOnce(owner: object, message: string): void {
  if (warned.has(owner)) return
  warned.add(owner)
  untold.set(owner, message)
  process.nextTick(() => untold.delete(owner))
  process.emitWarning(message, 'LoggerWarning')
}

/** The process is over: tells what would be told in the next tick. */
export function warnNow(): void {
  for (const [owner, message] of untold) {
    untold.delete(owner)
    process.emit('warning', Object.assign(new Error(message), { name: 'LoggerWarning' }))
  }
}
