import type {
  NewRefreshFamily,
  RefreshRecord,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStore,
} from '../tokens/refresh/refresh-store.js'
import { handleOf, hashOf } from './handles.js'
import { HOUR } from './times.js'

/** For how long a parent may be presented again. */
export const GRACE = 10_000
/** A child, encrypted. */
export const SEALED = 'c2VhbGVk'

/** A family of `user`, whose first token is its name and 0. */
export function familyOf(name: string, changes: Partial<NewRefreshFamily> = {}): NewRefreshFamily {
  return {
    id: handleOf(name),
    sub: 'user',
    clientId: 'web',
    data: '{}',
    hash: hashOf(`${name}0`),
    idleTtl: HOUR,
    absoluteTtl: 3 * HOUR,
    ...changes,
  }
}

/** Adds a family. */
export async function started(
  store: RefreshStore,
  name: string,
  changes: Partial<NewRefreshFamily> = {},
): Promise<void> {
  await store.start(familyOf(name, changes), Date.now())
}

/** A token of a family. */
export async function find(
  store: RefreshStore,
  family: string,
  token: string,
): Promise<RefreshRecord | undefined> {
  return store.find(handleOf(family), hashOf(token), Date.now())
}

/** Where a token of a family stands. */
export async function status(
  store: RefreshStore,
  family: string,
  token: string,
): Promise<string | undefined> {
  return (await find(store, family, token))?.status
}

/** The ids of the families of `user`. */
export async function listed(store: RefreshStore): Promise<string[]> {
  return (await store.list('user', Date.now())).map(({ id }) => id)
}

interface Changes {
  readonly scope?: string
  readonly sealed?: string | undefined
  readonly grace?: number
}

/** Rotates a token of a family, by default with a grace. */
export async function rotate(
  store: RefreshStore,
  family: string,
  parent: string,
  child: string,
  changes: Changes = {},
): Promise<RefreshRotationOutcome> {
  const { grace, scope, sealed } = { grace: GRACE, sealed: SEALED, ...changes }
  const rotation: RefreshRotation = {
    familyId: handleOf(family),
    parent: hashOf(parent),
    child: { hash: hashOf(child), scope, sealed, idleTtl: HOUR },
    grace,
  }
  return store.rotate(rotation, Date.now())
}
