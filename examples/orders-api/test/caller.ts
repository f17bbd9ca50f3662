import type { Client } from '../src/http/server.ts'

/** Who asks an app that has no server before it. */
export function caller(): Client {
  return { address: '127.0.0.1', sent: Promise.resolve(true), headers: {} }
}
