import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { createFieldCipher, localKeys } from '@base/auth/field-encryption'
import { bench } from '@base-internal/tools/bench'

const place = { tenant: 'acme', table: 'customer', column: 'notes', rowId: '7' }
const aad = Buffer.from(Object.values(place).join('|'))
const key = createSecretKey(randomBytes(32))
const cipher = createFieldCipher({ keys: localKeys([{ id: 'k1', key: randomBytes(32), state: 'primary' }]) })

/** The least that stores a field: a nonce of its own, the place bound, and text as the outcome. */
function rawEncrypt(text: string): string {
  const nonce = randomBytes(12)
  const raw = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  raw.setAAD(aad)
  const ciphertext = raw.update(text, 'utf8')
  raw.final()
  return Buffer.concat([nonce, ciphertext, raw.getAuthTag()]).toString('base64url')
}

function rawDecrypt(text: string): string {
  const bytes = Buffer.from(text, 'base64url')
  const raw = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  raw.setAAD(aad)
  raw.setAuthTag(bytes.subarray(-16))
  return raw.update(bytes.subarray(12, -16)).toString('utf8') + raw.final('utf8')
}

const texts = Array.from({ length: 16 }, (_, index) => String.fromCharCode(97 + index).repeat(1_000))
const textOf = (index: number) => texts[index & 15] as string
const ours = await Promise.all(texts.map((text) => cipher.encrypt(text, place)))
const raws = texts.map(rawEncrypt)

const ofLength = { read: (text: string) => text.length > 1_300 }

await bench({
  name: '@base/auth/field-encryption',
  ours: '@base/auth',
  workloads: {
    'encrypt 1 kB': {
      contestants: {
        '@base/auth': { run: (index) => cipher.encrypt(textOf(index), place), ...ofLength },
        'node:crypto alone': { run: (index) => rawEncrypt(textOf(index)), ...ofLength },
      },
    },
    'decrypt 1 kB': {
      contestants: {
        '@base/auth': (index) => cipher.decrypt(ours[index & 15] as string, place),
        'node:crypto alone': (index) => rawDecrypt(raws[index & 15] as string),
      },
    },
  },
})
