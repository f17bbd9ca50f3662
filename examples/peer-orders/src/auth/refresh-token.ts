import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

const NONCE = 12
const TAG = 16

/** A new token: what is kept is its hash alone. */
export const newRefreshToken = (): string => randomBytes(48).toString('base64url')

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** Encrypts a token for who has the one that it replaces; nobody who reads the database can open it. */
export function seal(token: string, parent: string): string {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', keyOf(parent), nonce)
  const encrypted = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url')
}

/** What {@link seal} encrypted. */
export function unseal(sealed: string, parent: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(parent), bytes.subarray(0, NONCE))
  decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8')
}

function keyOf(parent: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', parent, '', 'peer-orders refresh successor', 32))
}
