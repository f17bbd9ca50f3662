import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyRing, createTokenService } from '@base/auth/tokens'

/** An issuer of access tokens on this machine, in place of the real one: for development and tests. */
export interface Issuer {
  readonly url: string
  readonly jwksUrl: string
  /** A token with a scope; with the thumbprint of a key, one that is bound to it. */
  issue(scope: string, jkt?: string): Promise<string>
  close(): void
}

/** Where it is, and what its tokens say of that. */
export interface IssuerOptions {
  /** What the `iss` of its tokens says. @defaultValue its address */
  readonly issuer?: string
  /** 0 takes a free one. @defaultValue 0 */
  readonly port?: number
}

/** Starts it. Its keys end with it, and its tokens after a day's work: a real issuer gives them for minutes, and anew. */
export async function startIssuer(
  audience: string,
  { issuer, port = 0 }: IssuerOptions = {},
): Promise<Issuer> {
  const keys = createKeyRing()
  const server = createServer(async (_, response) => {
    const { body, cacheControl } = await keys.jwks()
    response.setHeader('content-type', 'application/json').setHeader('cache-control', cacheControl)
    response.end(JSON.stringify(body))
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tokens = createTokenService({ issuer: issuer ?? url, audience, keys, accessTtl: '12h' })
  return {
    url,
    jwksUrl: `${url}/jwks.json`,
    issue: async (scope, jkt) => {
      const input = { sub: 'developer', clientId: 'dev', scope, ...(jkt !== undefined && { jkt }) }
      return (await tokens.issueAccess(input)).token
    },
    close: () => server.close(),
  }
}
