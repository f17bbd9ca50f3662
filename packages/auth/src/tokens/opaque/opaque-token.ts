import { encodeBase64Url } from '@base/core/codec'

/** 144 bits, which nobody meets twice; a multiple of 3, so that no text of it has spare bits. */
const HANDLE_BYTES = 18
/** 264 bits: at least the 256 that a secret should have, and again a multiple of 3. */
const SECRET_BYTES = 33

const HANDLE_LENGTH = 24
const FORM = /^[A-Za-z0-9_-]{68}$/

/**
 * A credential that means nothing to who carries it: 68 characters, of which the first 24 name a row, and the rest proves
 * that its holder may speak for it. Every text of the form stands for different bytes, so no second text stands for the
 * same credential.
 */
export interface OpaqueToken {
  /** What its holder carries. A secret: never stored, never logged. */
  readonly text: string
  /** Names the row. No secret. */
  readonly handle: string
  /** The SHA-256 of the whole text, as 43 characters of base64url: all that is stored of it. */
  readonly hash: string
}

export function createHandle(): string {
  return randomText(HANDLE_BYTES)
}

/** A new credential for a row, with 264 bits from the platform's source for secrets. */
export async function createOpaqueToken(handle: string): Promise<OpaqueToken> {
  const text = handle + randomText(SECRET_BYTES)
  return { text, handle, hash: await hashText(text) }
}

/** What somebody sent, or `undefined` where it does not have the form, of whatever type it is. */
export async function readOpaqueToken(text: unknown): Promise<OpaqueToken | undefined> {
  if (!isOpaqueToken(text)) return undefined
  return { text, handle: text.slice(0, HANDLE_LENGTH), hash: await hashText(text) }
}

/** Whether something has the form. */
export function isOpaqueToken(value: unknown): value is string {
  return typeof value === 'string' && FORM.test(value)
}

/** Whether something can be a handle. */
export function isHandle(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{24}$/.test(value)
}

/** The SHA-256 of a text, as base64url. */
export async function hashText(text: string): Promise<string> {
  return encodeBase64Url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
  )
}

function randomText(bytes: number): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(bytes)))
}
