import type { Client, Reply } from './client.ts'
import { PASSWORD } from './shop.ts'

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Before an access token is over, which lasts a quarter of an hour. */
const RENEW_AFTER = 600_000

/** The tokens of somebody who is signed in, renews them in time, and signs in anew where that is refused. */
export class SignIn {
  readonly #client: Client
  readonly #username: string
  #tokens: Tokens | undefined

  constructor(client: Client, username: string) {
    this.#client = client
    this.#username = username
  }

  /** What a request needs; `undefined` where that cannot be had now. */
  async authorization(instance: 0 | 1): Promise<{ authorization: string } | undefined> {
    const isOld = this.#client.now - this.#client.signedIn > RENEW_AFTER
    if (this.#tokens === undefined || isOld) await this.renew(instance)
    return this.#tokens && { authorization: `Bearer ${this.#tokens.accessToken}` }
  }

  /** New tokens for the old ones, or for the password. */
  async renew(instance: 0 | 1): Promise<void> {
    if (this.#tokens !== undefined) {
      const { refreshToken } = this.#tokens
      const renewed = await this.#post(instance, '/auth/refresh', { refreshToken })
      // It may be good: only who is told so throws it away.
      if (renewed.status !== 401) return this.#keep(renewed)
      this.#tokens = undefined
    }
    const { status, body } = await this.#post(instance, '/auth/sign-in', {
      username: this.#username,
      password: PASSWORD,
    })
    this.#keep({ status, body })
  }

  /** Ends it, at both instances. */
  async end(instance: 0 | 1): Promise<void> {
    if (this.#tokens === undefined) return
    const { refreshToken } = this.#tokens
    // Whatever the answer: one that was lost may have been a yes, as where the instance was killed half-way.
    this.#tokens = undefined
    await this.#post(instance, '/auth/sign-out', { refreshToken })
  }

  #keep({ status, body }: Pick<Reply, 'status' | 'body'>): void {
    if (status !== 200) return
    this.#tokens = body
    this.#client.signedIn = this.#client.now
  }

  #post(instance: 0 | 1, path: string, body: object): Promise<Reply> {
    return this.#client.ask(instance, { route: `POST ${path}`, path, body })
  }
}
