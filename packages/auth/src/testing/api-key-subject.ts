import type { ApiKeyStore, NewStoredApiKey, StoredApiKey } from '../api-keys/api-key-store.js'
import { hashOf } from './handles.js'
import { DAY, HOUR } from './times.js'

/** For how long a secret is good. */
export const TTL: number = 30 * DAY

/** 16 characters, as a service makes them. */
export function idOf(name: string): string {
  return name.padEnd(16, '0')
}

/** Adds a key of `owner`, whose first secret is its name and 0. */
export async function add(
  store: ApiKeyStore,
  name: string,
  changes: Partial<NewStoredApiKey> = {},
): Promise<StoredApiKey> {
  const key = {
    id: idOf(name),
    hash: hashOf(`${name}0`),
    ownerId: 'owner',
    scopes: ['a'],
    ttl: TTL,
    name: undefined,
  }
  return store.create({ ...key, ...changes }, Date.now())
}

/** A key by its name. */
export async function find(store: ApiKeyStore, name: string): Promise<StoredApiKey | undefined> {
  return store.find(idOf(name), Date.now())
}

/** Gives a key a new secret. */
export async function rotate(
  store: ApiKeyStore,
  name: string,
  secret: string,
  overlap: number = HOUR,
): Promise<StoredApiKey | undefined> {
  return store.rotate(idOf(name), { hash: hashOf(secret), overlap }, Date.now())
}

/** The hashes of the secrets of a key that are known, the present one first. */
export async function known(store: ApiKeyStore, name: string): Promise<string[]> {
  return ((await find(store, name))?.secrets ?? []).map(({ hash }) => hash)
}

/** The names of those of them that are good. */
export async function alive(store: ApiKeyStore, name: string): Promise<string[]> {
  const { secrets = [] } = (await find(store, name)) ?? {}
  return secrets.filter(({ isAlive }) => isAlive).map(({ hash }) => hash.replace(/-+$/, ''))
}

/** The names of the keys of an owner. */
export async function listed(store: ApiKeyStore, ownerId: string = 'owner'): Promise<string[]> {
  const keys = await store.list(ownerId, Date.now())
  return keys.map(({ id }) => id.replace(/0+$/, ''))
}
