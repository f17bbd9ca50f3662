import type { FastifyInstance } from 'fastify'
import { StartError } from '../config.ts'

/** Where an app listens, and which settings say so. */
export interface Place {
  readonly host: string
  readonly port: number
  /** Stands before `PORT` and `HOST` in the names of the settings. @defaultValue '' */
  readonly prefix?: string
}

/** Starts to listen. @throws StartError that says what to do where the port cannot be had */
export async function listen(app: FastifyInstance, { host, port, prefix = '' }: Place): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new StartError(
      code === 'EADDRINUSE'
        ? `Port ${port} is taken: stop what listens there, or choose another with ${prefix}PORT.`
        : `Cannot listen at ${host}, port ${port} (${code}): choose another ${prefix}HOST or ${prefix}PORT.`,
    )
  }
}
