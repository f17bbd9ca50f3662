import { MAX_ITEMS } from './limits.js'

/** Names whose values are never shown unless `defaults` is false; `*` stands for any characters. */
export const DEFAULT_KEYS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'cookies',
  'set-cookie',
  '*password',
  '*passwords',
  '*passwd',
  '*pwd',
  '*passphrase',
  '*password-hash',
  '*password-hashes',
  '*password-confirm',
  '*password-confirmation',
  '*secret',
  '*secrets',
  '*secret-key',
  '*secret-access-key',
  '*private-key',
  '*private-keys',
  '*encryption-key',
  '*signing-key',
  '*signing-keys',
  '*hmac-key',
  '*hmac-keys',
  '*master-key',
  '*master-keys',
  '*api-key',
  '*api-keys',
  'token',
  '*access-token',
  '*access-tokens',
  '*refresh-token',
  '*refresh-tokens',
  '*id-token',
  '*auth-token',
  '*session-token',
  '*security-token',
  '*csrf-token',
  '*xsrf-token',
  '*session-id',
  '*session-ids',
  '*sessid',
  'connect.sid',
  'sid',
  'credentials',
  '*connection-string',
  'card-number',
  'pan',
  'cvv',
  'cvc',
  'cvv2',
  'cvc2',
  'otp',
  'stripe-signature',
  'webhook-signature',
  'x-hub-signature',
  'x-hub-signature-256',
  'x-signature',
  'x-slack-signature',
  'x-twilio-signature',
]

/**
 * Names whose values are hidden where they are texts, unless `defaults` is false; otherwise they count or switch something. As
 * words of their own, for `bypass` is none.
 */
const WORDS = /(?:^|[^a-z0-9])(?:jwt|bearer)\]?$|[[.]pass\]?$/i
const HUMPS = /[a-z0-9](?:Jwt|JWT|Bearer)\]?$/
/** Behind whose it is alone, for there are boarding passes. */
const PASS =
  /(?:^|\.)(?:user|db|database|sql|mysql|pg|postgres|mongo|redis|smtp|imap|mail|ftp|sftp|ssh|http|proxy|ldap|root|admin|basic|auth|login)*pass$/

/** Whether a value is hidden: whatever it is, or where it is a text. */
export type Hidden = boolean | 'text'

export type KeyRules = (name: string) => Hidden

/**
 * The name without what differs between the ways to write it: `X-Api-Key`, `x_api_key` and `xApiKey` are one, and so are
 * `password` and `password[]`.
 */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_\s[\]]/g, '')
}

/** The rules that hold unless the user wants none of them, and for these names as well. */
export function defaultKeyRules(names: readonly string[]): KeyRules {
  const hides = keyRules([...DEFAULT_KEYS, ...names])
  return (name) =>
    hides(name) || ((WORDS.test(name) || HUMPS.test(name) || PASS.test(plainName(name))) && 'text')
}

/**
 * The rules of a list of names. A key of several names is asked for by each that stands in brackets or before them, as in
 * `user[password]`, and of those between dots by the last: `user.password` is one, `token.count` tells of one.
 */
export function keyRules(names: readonly string[]): KeyRules {
  const plain = names.map(plainName)
  const exact = new Set(plain.filter((name) => !name.includes('*')))
  // One expression for all, for it is asked for each name of a text; without any, one that nothing is.
  const wildcards = plain.filter((name) => name.includes('*')).map(wildcard)
  const wild = new RegExp(wildcards.join('|') || '(?!)', 's')
  const hides = (name: string) => exact.has(name) || wild.test(name)
  return (name) => hides(plainName(name)) || (/[.[]/.test(name) && stepsOf(name).some(hides))
}

function stepsOf(name: string): string[] {
  return name.split(/[[\]]/, MAX_ITEMS).map((step) => plainName(step.slice(step.lastIndexOf('.') + 1)))
}

function wildcard(name: string): string {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  // What may stand at either end is not looked at.
  return `^${parts.join('.*')}$`.replace(/^\^(?:\.\*)+/, '').replace(/(?:\.\*)+\$$/, '')
}
