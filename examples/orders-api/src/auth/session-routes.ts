import type { RefreshSession } from '@base/auth/tokens'
import { principal } from '@base/core/context'
import { NotFoundError } from '@base/core/errors'
import { Hono } from 'hono'
import type { Auth } from './auth.ts'
import { authenticate } from './authenticate.ts'

/** `/auth/sessions`: where a user is signed in, for that user. */
export function sessionRoutes({ tokens, refresh }: Pick<Auth, 'tokens' | 'refresh'>): Hono {
  return new Hono()
    .get('/', authenticate(tokens), async (c) => {
      const sessions = await refresh.sessions(principal.require().id)
      return c.json({ items: sessions.map(toView) })
    })
    .delete('/:id', authenticate(tokens), async (c) => {
      const id = c.req.param('id')
      const sessions = await refresh.sessions(principal.require().id)
      if (!sessions.some(({ familyId }) => familyId === id)) throw noSession(id)
      await refresh.revokeFamily(id)
      return c.body(null, 204)
    })
}

function toView({ familyId, label, createdAt, lastUsedAt, expiresAt }: RefreshSession) {
  const [signedInAt, usedAt, endsAt] = [createdAt, lastUsedAt, expiresAt].map((time) => new Date(time))
  return { id: familyId, label, signedInAt, usedAt, endsAt }
}

function noSession(id: string): NotFoundError {
  return new NotFoundError({ message: `You have no session ${id}.` })
}
