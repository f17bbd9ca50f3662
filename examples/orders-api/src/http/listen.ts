import { once } from 'node:events'
import type { Server } from 'node:net'
import { AppError } from '@base/core/errors'

/** Where a server listens, and which settings say so. */
export interface Place {
  readonly host: string
  readonly port: number
  /** Stands before `PORT` and `HOST` in the names of the settings. */
  readonly prefix: string
}

/** Starts to listen. @throws AppError that says what to do where the port cannot be had. */
export async function listen(server: Server, place: Place): Promise<void> {
  server.listen(place.port, place.host)
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(error, place)
  })
}

function cannotListen(error: NodeJS.ErrnoException, { host, port, prefix }: Place): AppError {
  if (error.code === 'EADDRINUSE') {
    const message = `Port ${port} is taken: stop what listens there, or choose another with ${prefix}PORT.`
    return new AppError({ code: 'PORT_TAKEN', kind: 'conflict', message, cause: error })
  }
  const message = `Cannot listen at ${host}, port ${port} (${error.code}): choose another ${prefix}HOST or ${prefix}PORT.`
  return new AppError({ code: 'CANNOT_LISTEN', kind: 'unavailable', message, cause: error })
}
