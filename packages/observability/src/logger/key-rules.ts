import { MAX_ITEMS, MAX_KEY } from './limits.js'

/** Names whose values are never shown unless `defaults` is false; `*` stands for any characters. */
export const DEFAULT_KEYS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  '*password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  '*secret',
  '*secret-key',
  '*secret-access-key',
  '*private-key',
  '*encryption-key',
  '*api-key',
  'token',
  '*access-token',
  '*refresh-token',
  '*id-token',
  '*auth-token',
  '*session-token',
  '*security-token',
  '*csrf-token',
  '*xsrf-token',
  'session-id',
  'connect.sid',
  'sid',
  'credentials',
  'connection-string',
  'card-number',
  'pan',
  'cvv',
  'cvc',
  'cvv2',
  'cvc2',
  'otp',
]

/** Names of which it is remembered whether they hide. */
const KNOWN_NAMES = 1_000

/** Whether a key is one whose value is hidden. */
export type KeyRules = (name: string) => boolean

/**
 * The name without what differs between the ways to write it: `X-Api-Key`, `x_api_key` and `xApiKey` are one, and so are
 * `password` and `password[]`.
 */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_\s[\]]/g, '')
}

/** The rules of a list of names. A key of several names, such as `user.password` or `user[password]`, is asked for each too. */
export function keyRules(names: readonly string[]): KeyRules {
  const plain = names.map(plainName)
  const exact = new Set(plain.filter((name) => !name.includes('*')))
  const wild = plain.filter((name) => name.includes('*')).map(wildcard)
  const hides = (name: string) => exact.has(name) || wild.some((expression) => expression.test(name))
  return remembered((name) => hides(plainName(name)) || (/[.[]/.test(name) && stepsOf(name).some(hides)))
}

/** The same, asked once for each name of a few: those of parameters come again with each URL. */
function remembered(rules: KeyRules): KeyRules {
  const known = new Map<string, boolean>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const hides = rules(name)
    if (known.size >= KNOWN_NAMES) known.clear()
    // A copy, for a part of a text keeps the whole of it in memory.
    if (name.length <= MAX_KEY) known.set(structuredClone(name), hides)
    return hides
  }
}

function stepsOf(name: string): string[] {
  return name.split(/[.[\]]/, MAX_ITEMS).map(plainName)
}

function wildcard(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
