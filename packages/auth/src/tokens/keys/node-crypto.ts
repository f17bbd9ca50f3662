import { UnsupportedError } from '@base/core/errors'

/** The module `node:crypto`. */
export type NodeCrypto = typeof import('node:crypto')

/** Node's own cryptography, for what must happen at once, where WebCrypto only has promises; `undefined` in a browser. */
export function nodeCrypto(): NodeCrypto | undefined {
  return globalThis.process?.getBuiltinModule?.('node:crypto')
}

/** The same, for what does not work without it. */
export function requireNodeCrypto(pattern: string): NodeCrypto {
  const node = nodeCrypto()
  if (node !== undefined) return node
  throw new UnsupportedError({ message: `@base/auth ${pattern}: node:crypto is not there on this platform.` })
}
