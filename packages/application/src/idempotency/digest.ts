import { encodeBase64Url } from '@base/core/codec'

/** The SHA-256 of a text, as 43 characters of base64url. Two texts have two, even where one is not well-formed. */
export function digestOf(text: string): string | Promise<string> {
  // Escapes halves of surrogate pairs, which UTF-8 would all write as one and the same character.
  const wellFormed = JSON.stringify(text)
  const node = globalThis.process?.getBuiltinModule?.('node:crypto')
  // In one call: an object to hash with costs more than the hash.
  return typeof node?.hash === 'function'
    ? node.hash('sha256', wellFormed, 'base64url')
    : digestByWebCrypto(wellFormed)
}

async function digestByWebCrypto(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return encodeBase64Url(new Uint8Array(digest))
}
