import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { createFieldCipher, localKeys } from '@base/auth/field-encryption'
import { bench } from '@base-internal/tools/bench'

const key = createSecretKey(randomBytes(32))
const cipher = createFieldCipher({ keys: localKeys([{ id: 'k1', key: randomBytes(32), state: 'primary' }]) })

/** A field of another row with each call, as in a list of customers. */
const fields = Array.from({ length: 16 }, (_, index) => ({
  text: String.fromCharCode(97 + index).repeat(1_000),
  place: { tenant: 'acme', table: 'customer', column: 'notes', rowId: String(1_000 + index) },
}))
type Place = (typeof fields)[number]['place']

/** The place of a row differs with each row, so it is written down with each call; unambiguously, as it must be. */
function rawAad({ tenant, table, column, rowId }: Place): Buffer {
  return Buffer.from(JSON.stringify([tenant, table, column, rowId]))
}

/** The least that stores a field: a nonce of its own, the place bound, and text as the outcome. */
function rawEncrypt(text: string, place: Place): string {
  const nonce = randomBytes(12)
  const raw = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  raw.setAAD(rawAad(place))
  const ciphertext = raw.update(text, 'utf8')
  raw.final()
  return Buffer.concat([nonce, ciphertext, raw.getAuthTag()]).toString('base64url')
}

/** No encoding for `final`, which has nothing left to give: it would cost a tenth of all this. */
function rawDecrypt(text: string, place: Place): string {
  const bytes = Buffer.from(text, 'base64url')
  const raw = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  raw.setAAD(rawAad(place))
  raw.setAuthTag(bytes.subarray(-16))
  const decrypted = raw.update(bytes.subarray(12, -16))
  raw.final()
  return decrypted.toString('utf8')
}

type Field = (typeof fields)[number]
const fieldOf = (index: number) => fields[index & 15] as Field
const stored = await Promise.all(
  fields.map(async ({ text, place }) => ({
    place,
    ours: await cipher.encrypt(text, place),
    raw: rawEncrypt(text, place),
  })),
)
const storedOf = (index: number) => stored[index & 15] as (typeof stored)[number]

const ofLength = { read: (text: string) => text.length > 1_300 }

await bench({
  name: '@base/auth/field-encryption',
  ours: '@base/auth',
  workloads: {
    'encrypt 1 kB': {
      contestants: {
        '@base/auth': {
          run: (index) => cipher.encrypt(fieldOf(index).text, fieldOf(index).place),
          ...ofLength,
        },
        'node:crypto alone': {
          run: (index) => rawEncrypt(fieldOf(index).text, fieldOf(index).place),
          ...ofLength,
        },
      },
    },
    'decrypt 1 kB': {
      contestants: {
        '@base/auth': (index) => cipher.decrypt(storedOf(index).ours, storedOf(index).place),
        'node:crypto alone': (index) => rawDecrypt(storedOf(index).raw, storedOf(index).place),
      },
    },
  },
})
