import type {
  ActionTokenStore,
  NewActionToken,
  StoredActionToken,
} from '../action-tokens/action-token-store.js'
import { handleOf, hashOf } from './handles.js'
import { MINUTE } from './times.js'

/** Adds a token of `ann`, to reset something. */
export async function add(
  store: ActionTokenStore,
  name: string,
  changes: Partial<NewActionToken> = {},
): Promise<void> {
  const facts = { purpose: 'reset', sub: 'ann', data: '{}', ttl: MINUTE * 10, ...changes }
  await store.add({ handle: handleOf(name), hash: hashOf(name), ...facts }, Date.now())
}

/** A token by its name. */
export async function find(
  store: ActionTokenStore,
  name: string,
  purpose = 'reset',
): Promise<StoredActionToken | undefined> {
  return store.find({ purpose, handle: handleOf(name), hash: hashOf(name) }, Date.now())
}

/** Takes a token by its name. */
export async function take(
  store: ActionTokenStore,
  name: string,
  purpose = 'reset',
): Promise<StoredActionToken | undefined> {
  return store.take({ purpose, handle: handleOf(name), hash: hashOf(name) }, Date.now())
}
