import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { Role } from '../access/roles.ts'
import type { SigningKeys } from './signing-keys.ts'

/** For whom the tokens are: this service. */
const AUDIENCE = 'orders-api'
/** RFC 9068. */
const TYPE = 'at+jwt'
const MAX_LENGTH = 8_192
/** By how many seconds clocks may differ. */
const SKEW = 30

/** How long a token lives, in seconds. */
export const ACCESS_TTL = 900

/** What a token says. */
export interface Claims {
  readonly sub: string
  readonly roles: readonly Role[]
  /** The sign-in that it belongs to, and ends with. */
  readonly sid: string
}

/** Issues access tokens, and checks them. */
export class AccessTokens {
  readonly #keys: SigningKeys
  readonly #issuer: () => string

  constructor(keys: SigningKeys, issuer: () => string) {
    this.#keys = keys
    this.#issuer = issuer
  }

  issue({ sub, roles, sid }: Claims): string {
    const { kid, privateKey } = this.#keys.signer()
    return jwt.sign({ client_id: 'shop', sid, roles }, privateKey, {
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: TYPE },
      keyid: kid,
      issuer: this.#issuer(),
      audience: AUDIENCE,
      subject: sub,
      expiresIn: ACCESS_TTL,
      jwtid: randomUUID(),
    })
  }

  /** What a token says that is good; whether its sign-in has been ended, `SignIns` knows. */
  verify(token: string): Claims | undefined {
    if (token.length > MAX_LENGTH) return undefined
    try {
      const { kid, typ } = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString())
      const key = this.#keys.find(kid)
      if (key === undefined || typ !== TYPE) return undefined
      return jwt.verify(token, key, {
        algorithms: ['ES256'],
        issuer: this.#issuer(),
        audience: AUDIENCE,
        clockTolerance: SKEW,
      }) as unknown as Claims
    } catch {
      return undefined
    }
  }
}
