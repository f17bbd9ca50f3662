import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { callerOf } from '../access/permissions.ts'
import { notFound } from '../problem.ts'
import type { Guard } from './authenticate.ts'
import type { SignIns } from './sign-ins.ts'

const Uuid = z.uuid()

/** Where a user is signed in, for that user. */
export function sessionRoutes(app: FastifyInstance, signIns: SignIns, allow: Guard): void {
  app.post('/auth/sign-out-everywhere', { preHandler: allow() }, async (request, reply) => {
    await signIns.end(callerOf(request).id)
    return reply.code(204).send()
  })

  app.get('/auth/sessions', { preHandler: allow() }, async (request) => ({
    items: (await signIns.list(callerOf(request).id)).map(
      ({ id, label, createdAt, lastUsedAt, idleUntil }) => ({
        id,
        ...(label !== null && { label }),
        signedInAt: createdAt,
        usedAt: lastUsedAt,
        endsAt: idleUntil,
      }),
    ),
  }))

  app.delete<{ Params: { id: string } }>(
    '/auth/sessions/:id',
    { preHandler: allow() },
    async (request, reply) => {
      const { id } = request.params
      const hasEnded = Uuid.safeParse(id).success && (await signIns.end(callerOf(request).id, id))
      if (!hasEnded) throw notFound(`You have no session ${id}.`)
      return reply.code(204).send()
    },
  )
}
