/** Whether a value is an object, and no function. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What kind of object the platform says that it is. A `Buffer` is a Uint8Array, which it comes back as from a codec. */
export function kindOf(value: object): string {
  return Object.prototype.toString.call(value)
}

/** The bytes that a view looks at. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
