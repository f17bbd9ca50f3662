const warned = new WeakSet<object>()

/** Warns once for each owner, of what it would be wrong to say in the log itself. */
export function warnOnce(owner: object, message: string): void {
  if (warned.has(owner)) return
  warned.add(owner)
  process.emitWarning(message, 'LoggerWarning')
}
