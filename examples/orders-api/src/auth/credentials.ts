import type { Context } from 'hono'
import { API_KEY_PREFIX } from '../api-keys/api-key-prefix.ts'

/** What a request presents as its access token, whatever it is; `undefined` where it presents none. RFC 6750, section 2.1. */
export function bearerToken({ req }: Context): string | undefined {
  return /^bearer +(.*)$/i.exec(req.header('authorization') ?? '')?.[1]
}

/** What a request presents as its API key: in `x-api-key`, or in the place of an access token. */
export function apiKeyIn(c: Context): string | undefined {
  const token = bearerToken(c)
  return token?.startsWith(`${API_KEY_PREFIX}_`) ? token : c.req.header('x-api-key')
}
