import type { Readable } from 'node:stream'
import { read } from '../policy/read.js'

/** What calls failed with whose own body did, such as an upload that its sender broke off. */
const ofBodies = /* @__PURE__ */ new WeakSet<object>()

/** A call failed that sent this body. One that a broken connection has ended was cancelled, and has not failed itself. */
export function noteFailure(error: unknown, body: unknown): void {
  if (typeof error === 'object' && error !== null && hasFailed(body)) ofBodies.add(error)
}

/** Whether an error is the doing of the call's own body: it says nothing of the other side. */
export function isOfBody(error: object): boolean {
  return ofBodies.has(error)
}

/** Whether nothing can be read of it any more; a stream of Node's own that was begun may suit a `fetch` of another library. */
export function isGone(body: unknown): boolean {
  if (!(body instanceof ReadableStream)) return (body as Partial<Readable> | undefined)?.destroyed === true
  return read(() => nodeStreams()?.Readable.isDisturbed(body as never) === true, false)
}

function hasFailed(body: unknown): boolean {
  return read(() => nodeStreams()?.isErrored(body as Readable) === true, false)
}

/** Node alone can tell, of the web's streams and of its own. */
function nodeStreams(): typeof import('node:stream') | undefined {
  return globalThis.process?.getBuiltinModule?.('node:stream')
}
