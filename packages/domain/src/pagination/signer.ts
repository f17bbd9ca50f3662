import { decodeBase64Url, encodeBase64Url } from '@base/core/codec'

const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' }

/** What is signed says what it is for, so that a key that signs other things as well signs no cursor. */
const PURPOSE = '@base/domain/cursor\n'

/** Signs texts, and checks signatures in constant time. */
export interface Signer {
  sign(text: string): Promise<string>
  verify(text: string, signature: string): Promise<boolean>
}

/** HMAC-SHA-256 (RFC 2104) by the platform's Web Crypto. */
export function signer(secret: Uint8Array): Signer {
  const key = () => importKey(secret)
  const bytes = (text: string) => new TextEncoder().encode(PURPOSE + text)
  return {
    sign: async (text) =>
      encodeBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', await key(), bytes(text)))),
    verify: async (text, signature) => {
      const mac = decode(signature)
      return mac !== undefined && (await crypto.subtle.verify('HMAC', await key(), mac, bytes(text)))
    },
  }
}

function importKey(secret: Uint8Array): ReturnType<typeof crypto.subtle.importKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(secret), ALGORITHM, false, ['sign', 'verify'])
}

function decode(signature: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return decodeBase64Url(signature)
  } catch {
    return undefined
  }
}
