import { createHash } from 'node:crypto'
import { createApiKeys, memoryApiKeyStore } from '@base/auth/api-keys'
import { bench } from '@base-internal/tools/bench'
import { checkAPIKey, extractShortToken, generateAPIKey } from 'prefixed-api-key'

/** Keys that come in turn. */
const KEYS = 64

const keys = createApiKeys({ store: memoryApiKeyStore(), prefix: 'shop_live' })
const elsewhere = createApiKeys({ store: memoryApiKeyStore(), prefix: 'shop_live' })
const made = async (by: typeof keys) => (await by.create({ ownerId: 'ann', scopes: ['orders:read'] })).key
const good = await Promise.all(Array.from({ length: KEYS }, () => made(keys)))
const unknown = await Promise.all(Array.from({ length: KEYS }, () => made(elsewhere)))
const mistyped = good.map((key) => key.slice(0, -1) + (key.endsWith('x') ? 'y' : 'x'))

/** What the peer leaves to its user: a table by the short part. It has neither end, scope, rotation nor revocation. */
const peerHashes = new Map<string, string>()
const peerKeys = await Promise.all(Array.from({ length: KEYS }, () => peerKey(true)))
const peerUnknown = await Promise.all(Array.from({ length: KEYS }, () => peerKey(false)))

/** The least: a look-up by the hash, for keys without anything. */
const hash = (text: string) => createHash('sha256').update(text).digest('base64url')
const hashes = new Set(good.map(hash))

async function peerKey(isKnown: boolean): Promise<string> {
  const { token, shortToken, longTokenHash } = await generateAPIKey({ keyPrefix: 'shop' })
  if (token === undefined) throw new Error('The peer has made no key.')
  if (isKnown) peerHashes.set(shortToken, longTokenHash)
  return token
}

const verify = (texts: readonly string[]) => async (index: number) =>
  (await keys.verify(texts[index % KEYS], { scope: 'orders:read' })).ok
const peerVerify = (texts: readonly string[]) => (index: number) => {
  const token = texts[index % KEYS] as string
  const expected = peerHashes.get(extractShortToken(token))
  return expected !== undefined && checkAPIKey(token, expected)
}
const leastVerify = (texts: readonly string[]) => (index: number) =>
  hashes.has(hash(texts[index % KEYS] as string))

await bench({
  name: '@base/auth/api-keys',
  ours: '@base/auth',
  workloads: {
    'verify, a good key': {
      floor: leastVerify(good),
      contestants: { '@base/auth': verify(good), 'prefixed-api-key': peerVerify(peerKeys) },
    },
    'verify, a key that nobody has': {
      floor: leastVerify(unknown),
      contestants: { '@base/auth': verify(unknown), 'prefixed-api-key': peerVerify(peerUnknown) },
    },
    'verify, a key that was mistyped or invented': {
      floor: leastVerify(mistyped),
      contestants: {
        '@base/auth': verify(mistyped),
        'prefixed-api-key': peerVerify(peerKeys.map((token) => `${token}x`)),
      },
    },
  },
})
