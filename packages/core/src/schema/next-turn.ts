/**
 * Resolves in a later turn of the event loop, after the I/O that waits: a promise alone would not let it in. Where there is
 * no `setImmediate`, a message comes without the 4 ms that nested timers are made to wait.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve)
      return
    }
    const { port1, port2 } = new MessageChannel()
    const arrived = () => {
      port1.close()
      resolve()
    }
    port1.addEventListener('message', arrived, { once: true })
    port1.start()
    port2.postMessage(undefined)
  })
}
