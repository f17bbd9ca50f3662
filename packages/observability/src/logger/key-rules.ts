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

/** Whether a key, in the form of {@link plainName}, is one whose value is hidden. */
export type KeyRules = (name: string) => boolean

/** The name without what differs between the ways to write it: `X-Api-Key`, `x_api_key` and `xApiKey` are one. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '')
}

/** The rules of a list of names. */
export function keyRules(names: readonly string[]): KeyRules {
  const plain = names.map(plainName)
  const exact = new Set(plain.filter((name) => !name.includes('*')))
  const wild = plain.filter((name) => name.includes('*')).map(wildcard)
  return (name) => exact.has(name) || wild.some((expression) => expression.test(name))
}

function wildcard(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
