import type {
  NewStoredSession,
  SessionChange,
  SessionStore,
  StoredSession,
} from '../tokens/sessions/session-store.js'
import { handleOf, hashOf } from './handles.js'
import { HOUR } from './times.js'

/** Adds a session of `user`, whose first id is its name and 0, and gives it. */
export async function created(
  store: SessionStore,
  name: string,
  changes: Partial<NewStoredSession> = {},
): Promise<StoredSession> {
  const hash = hashOf(`${name}0`)
  const ttl = { idleTtl: HOUR, absoluteTtl: 3 * HOUR }
  await store.create(
    { handle: handleOf(name), hash, sub: 'user', data: '{}', ...ttl, ...changes },
    Date.now(),
  )
  return (await store.get({ handle: handleOf(name), hash }, Date.now())) as StoredSession
}

/** A session by its name and an id. */
export async function get(store: SessionStore, name: string, id: string): Promise<StoredSession | undefined> {
  return store.get({ handle: handleOf(name), hash: hashOf(id) }, Date.now())
}

/** Changes a session by its name and an id. */
export async function change(
  store: SessionStore,
  name: string,
  id: string,
  change: SessionChange,
): Promise<StoredSession | undefined> {
  return store.change({ handle: handleOf(name), hash: hashOf(id) }, change, Date.now())
}

/** The handles of the sessions of `user`. */
export async function listed(store: SessionStore): Promise<string[]> {
  return (await store.list('user', Date.now())).map(({ handle }) => handle)
}
