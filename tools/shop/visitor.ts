import { randomUUID } from 'node:crypto'
import { PASSWORD } from './shop-process.ts'

/** An answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  readonly body: any
}

/** Somebody who calls the service, signed in or not. */
export class Visitor {
  readonly url: string
  readonly #authorization: string | undefined

  constructor(url: string, accessToken?: string) {
    this.url = url
    this.#authorization = accessToken === undefined ? undefined : `Bearer ${accessToken}`
  }

  /** The headers that say who it is. */
  get headers(): Readonly<Record<string, string>> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization }
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path)
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers)
  }

  /** Sends the body as JSON; a text as it is. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...this.headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
}

/** Signs in as `ada`, who is a customer, or `charles`, who is an admin. @throws Error where that is refused. */
export async function signIn(url: string, username: 'ada' | 'charles'): Promise<Visitor> {
  const { status, body } = await new Visitor(url).post('/auth/sign-in', { username, password: PASSWORD })
  if (status !== 200) throw new Error(`${username} cannot sign in: ${status} ${JSON.stringify(body)}`)
  return new Visitor(url, body.accessToken)
}

/** An order of one item. */
export function orderOf(sku: string, quantity = 1): object {
  return { address: '12 St James Square, London', lines: [{ sku, quantity }] }
}

/** A key that nobody has used. */
export function newKey(): Readonly<Record<string, string>> {
  return { 'idempotency-key': randomUUID() }
}
