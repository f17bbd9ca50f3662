import type { ApiKey, IssuedApiKey } from '@base/auth/api-keys'
import { principal } from '@base/core/context'
import { NotFoundError } from '@base/core/errors'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { shopRules } from '../access/shop-rules.ts'
import type { Auth } from '../auth/auth.ts'
import { authenticate } from '../auth/authenticate.ts'
import { Username } from '../customers/customer.ts'
import { readBody } from '../http/read-body.ts'
import { readQuery } from '../http/read-query.ts'
import { text } from '../http/text.ts'
import { KeyScope } from './key-scope.ts'

const KeyInput = z.strictObject({ name: text(1, 100), scopes: z.array(KeyScope).min(1).max(10) })
/** Whose keys: those of who is signed in, or, for an admin, of a partner. */
const OwnerQuery = z.strictObject({ owner: Username.optional() })

/** `/api-keys`: the keys by which programs act for a customer. Keys make no keys. */
export function apiKeyRoutes(auth: Auth): Hono {
  const { apiKeys, audit } = auth
  const signedIn = authenticate(auth)
  const record = (action: string, id: string, ownerId: string) =>
    audit.record({ action, target: { type: 'api-key', id }, details: { owner: ownerId } })
  return new Hono()
    .post('/', signedIn, async (c) => {
      const ownerId = await ownerIn(c)
      const issued = await apiKeys.create({ ownerId, ...(await readBody(c, KeyInput)) })
      await record('api-key.create', issued.id, ownerId)
      return c.json(toIssued(issued), 201)
    })
    .get('/', signedIn, async (c) => c.json({ items: (await apiKeys.list(await ownerIn(c))).map(toView) }))
    .post('/:id/rotate', signedIn, async (c) => {
      const [id, ownerId] = [c.req.param('id'), await ownerIn(c)]
      const issued = await apiKeys.rotate(id, { ownerId })
      await record('api-key.rotate', id, ownerId)
      return c.json(toIssued(issued))
    })
    .delete('/:id', signedIn, async (c) => {
      const [id, ownerId] = [c.req.param('id'), await ownerIn(c)]
      if (!(await apiKeys.revoke(id, { ownerId })))
        throw new NotFoundError({ message: 'There is no such API key.' })
      await record('api-key.revoke', id, ownerId)
      return c.body(null, 204)
    })
}

/** @throws ForbiddenError for another's keys, but for who may issue them. */
async function ownerIn(c: Context): Promise<string> {
  const who = principal.require()
  const { owner = who.id } = await readQuery(c, OwnerQuery)
  if (owner !== who.id) shopRules.authorize({ principal: who, action: 'account:issue-keys' })
  return owner
}

/** The only answer that shows a key. */
function toIssued({ id, key, expiresAt }: IssuedApiKey) {
  return { id, key, expiresAt: dateOf(expiresAt) }
}

function toView({ id, name, scopes, createdAt, lastUsedAt, expiresAt }: ApiKey) {
  return {
    id,
    name,
    scopes,
    createdAt: dateOf(createdAt),
    lastUsedAt: dateOf(lastUsedAt),
    expiresAt: dateOf(expiresAt),
  }
}

function dateOf(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time)
}
