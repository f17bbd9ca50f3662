import { askCoordinator } from './coordinator.ts'
import { KeptServer } from './kept-server.ts'
import type { Address, ServiceKind } from './kinds.ts'
import { givenUrl } from './missing.ts'

/** A server that others use too. */
export interface SharedServer extends Omit<Address, 'log'> {
  /** Whether it is ours, so that everything in it is a test's. */
  readonly own: boolean
}

const started = new Map<ServiceKind, Promise<KeptServer>>()

/**
 * The shared server: the one that the environment names, else the test run's, else (in a script, or a run without our
 * set-up) one of this process. It ends with the run, or with the process.
 */
export async function sharedServer(kind: ServiceKind): Promise<SharedServer> {
  const url = givenUrl(kind)
  if (url !== undefined) return { url, own: false }
  const address = (await askCoordinator(kind)) ?? (await ofThisProcess(kind)).address
  return { ...address, own: true }
}

function ofThisProcess(kind: ServiceKind): Promise<KeptServer> {
  const server = started.get(kind) ?? KeptServer.start({ kind, durable: false })
  started.set(kind, server)
  return server
}
