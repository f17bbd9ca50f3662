const BYTES: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, value) => toHex(value, 2))

/** So many hexadecimal digits, in lower case. */
export function toHex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0')
}

/** The two digits of a byte. */
export function byteToHex(value: number): string {
  return BYTES[value] as string
}
