import type { Context } from 'hono'
import { HttpError } from './problem.ts'

/** A structured string as the draft has it, or the bare text that most clients send: 1 to 255 printable characters. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/

/**
 * The header `Idempotency-Key`; `undefined` where there is none.
 *
 * @throws 400 for one that is none.
 * @see IETF draft-ietf-httpapi-idempotency-key-header
 */
export function idempotencyKeyOf({ req }: Pick<Context, 'req'>): string | undefined {
  const header = req.header('idempotency-key')
  if (header === undefined) return undefined
  const [, quoted, bare] = KEY.exec(header) ?? []
  const key = quoted ?? bare
  if (key !== undefined) return key
  throw new HttpError({
    status: 400,
    code: 'IDEMPOTENCY_KEY_MALFORMED',
    kind: 'invalid',
    message: 'Idempotency-Key must be 1 to 255 printable characters, in double quotes or without.',
  })
}
