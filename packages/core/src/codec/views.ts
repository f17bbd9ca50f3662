const { Float16Array } = globalThis as { Float16Array?: new (buffer: ArrayBuffer) => ArrayBufferView }

/** The constructors over a buffer, by name; a text names none but these. */
export const VIEWS: Readonly<Record<string, (buffer: ArrayBuffer) => unknown>> = {
  ArrayBuffer: (buffer) => buffer,
  Buffer: (buffer) => globalThis.Buffer?.from(buffer) ?? new Uint8Array(buffer),
  DataView: (buffer) => new DataView(buffer),
  Int8Array: (buffer) => new Int8Array(buffer),
  Uint8Array: (buffer) => new Uint8Array(buffer),
  Uint8ClampedArray: (buffer) => new Uint8ClampedArray(buffer),
  Int16Array: (buffer) => new Int16Array(buffer),
  Uint16Array: (buffer) => new Uint16Array(buffer),
  Int32Array: (buffer) => new Int32Array(buffer),
  Uint32Array: (buffer) => new Uint32Array(buffer),
  // From Node 24 on.
  ...(Float16Array && { Float16Array: (buffer: ArrayBuffer) => new Float16Array(buffer) }),
  Float32Array: (buffer) => new Float32Array(buffer),
  Float64Array: (buffer) => new Float64Array(buffer),
  BigInt64Array: (buffer) => new BigInt64Array(buffer),
  BigUint64Array: (buffer) => new BigUint64Array(buffer),
}

/**
 * Whether it is Node's Buffer, or one that stands in for it, by whatever name a minifier gives it: none that extends it,
 * which has no `isBuffer` of its own.
 */
export function isBuffer(view: ArrayBufferView): boolean {
  return view.constructor != null && Object.hasOwn(view.constructor, 'isBuffer')
}
