import { decodeBase64Url, encodeBase64Url } from '@base/core/codec'

/** Base64 without padding, as PHC strings have it. */
export function encodePhcBase64(bytes: Uint8Array): string {
  return encodeBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/')
}

/** The bytes of a text that is the one encoding of them; `undefined` for any other. */
export function decodePhcBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+$/.test(text)) return undefined
  try {
    return decodeBase64Url(text.replaceAll('+', '-').replaceAll('/', '_'))
  } catch {
    return undefined
  }
}
