/**
 * A copy of a typed array or another view, of the same class. Not by `structuredClone`, which makes a `Buffer` an
 * `Uint8Array` and takes the whole memory along that it shares with others; not by its own `slice`, which copies nothing.
 */
export function copyView(view: ArrayBufferView): ArrayBufferView {
  if (!('BYTES_PER_ELEMENT' in view)) return structuredClone(view)
  const { slice } = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array
  return slice.call(view as Uint8Array)
}
