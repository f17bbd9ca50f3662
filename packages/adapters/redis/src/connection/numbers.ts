import type { Reply } from './connection.js'

/** A reply in which numbers were written as texts, with numbers again. Every other text of a reply is a buffer. */
export function withNumbers(reply: Reply): Reply {
  if (typeof reply === 'string') return Number(reply)
  return Array.isArray(reply) ? reply.map(withNumbers) : reply
}
