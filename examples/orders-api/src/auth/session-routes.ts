import type { RefreshSession, Session } from '@base/auth/tokens'
import { principal } from '@base/core/context'
import { NotFoundError } from '@base/core/errors'
import { Hono } from 'hono'
import type { Auth } from './auth.ts'
import { authenticate } from './authenticate.ts'

/** `/auth/sessions`: where a user is signed in, for that user. */
export function sessionRoutes(auth: Auth): Hono {
  const { refresh, sessions } = auth
  return new Hono()
    .get('/', authenticate(auth), async (c) => {
      const { id } = principal.require()
      const [programs, browsers] = await Promise.all([refresh.sessions(id), sessions.list(id)])
      return c.json({ items: [...programs.map(ofProgram), ...browsers.map(ofBrowser)] })
    })
    .delete('/:id', authenticate(auth), async (c) => {
      const [sub, id] = [principal.require().id, c.req.param('id')]
      const own = (await sessions.list(sub)).find(({ handle }) => handle === id)
      const ended =
        own === undefined ? await refresh.revokeFamily(id, { sub }) : await sessions.destroyByHandle(id)
      if (!ended) throw noSession(id)
      return c.body(null, 204)
    })
}

function ofProgram({ familyId, label, createdAt, lastUsedAt, expiresAt }: RefreshSession) {
  return { id: familyId, label, ...times(createdAt, lastUsedAt, expiresAt) }
}

function ofBrowser({ handle, createdAt, lastSeenAt, expiresAt }: Session<undefined>) {
  return { id: handle, label: 'browser', ...times(createdAt, lastSeenAt, expiresAt) }
}

function times(signedInAt: number, usedAt: number, endsAt: number) {
  return { signedInAt: new Date(signedInAt), usedAt: new Date(usedAt), endsAt: new Date(endsAt) }
}

function noSession(id: string): NotFoundError {
  return new NotFoundError({ message: `You have no session ${id}.` })
}
