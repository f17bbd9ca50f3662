/** What came in the place of a secret, for an error that must not show it. */
export function kindOfSecret(received: unknown): unknown {
  if (received instanceof Uint8Array) return `${received.byteLength} bytes`
  if (typeof received === 'string') return 'a text'
  return received === undefined || received === null ? received : typeof received
}
