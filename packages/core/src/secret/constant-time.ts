/** Texts and bytes in constant time, everything else by `Object.is`. */
export function isSame(own: unknown, other: unknown): boolean {
  if (typeof own === 'string' && typeof other === 'string') return isSameText(own, other)
  if (isBytes(own) && isBytes(other)) return isSameBytes(own, other)
  return Object.is(own, other)
}

/** Of another realm too, such as the outer one of a test in Jest. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
}

// Both loops run over the other value, whose length its sender knows, and read ours round and round: the time tells
// nothing about our length, and nothing about where the first difference is. `node:crypto` has a guaranteed comparison,
// for equal lengths only and not in a browser.

// By code units, not UTF-8: two texts with different lone surrogates have the same bytes.
function isSameText(own: string, other: string): boolean {
  const length = Math.max(own.length, 1)
  let difference = own.length ^ other.length
  for (let index = 0; index < other.length; index++)
    difference |= own.charCodeAt(index % length) ^ other.charCodeAt(index)
  return difference === 0
}

function isSameBytes(own: Uint8Array, other: Uint8Array): boolean {
  const length = Math.max(own.length, 1)
  let difference = own.length ^ other.length
  for (let index = 0; index < other.length; index++)
    difference |= (own[index % length] ?? 0) ^ (other[index] ?? 0)
  return difference === 0
}
