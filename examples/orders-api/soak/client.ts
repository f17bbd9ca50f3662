import type { Answer } from './answers.ts'
import type { Shop } from './shop.ts'

/** What is asked for. */
export interface Call {
  /** As the report names it: `POST /orders/:id/confirm`. */
  readonly route: string
  readonly path: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** What came back; status 0 where nothing did. */
export interface Reply {
  readonly status: number
  readonly code: string
  // biome-ignore lint/suspicious/noExplicitAny: whoever reads it knows what was asked
  readonly body: any
}

/** Who looks at every answer. */
export interface Notebook {
  readonly answers: Answer[]
  /** Milliseconds since the start. */
  now(): number
}

/** Longer than the lease of an order lasts, whose holder was killed. */
const PATIENCE = 60_000

/** Sends requests to two instances, and notes how each of them ended. */
export class Client {
  readonly #instances: Shop['instances']
  readonly #notebook: Notebook
  /** When whoever uses it has signed in. */
  signedIn = 0

  constructor(instances: Shop['instances'], notebook: Notebook) {
    this.#instances = instances
    this.#notebook = notebook
  }

  get now(): number {
    return this.#notebook.now()
  }

  /** @param preferred what is asked unless it was told to stop. @param patience after how long, in milliseconds, the caller hangs up. */
  async ask(preferred: 0 | 1, call: Call, patience = PATIENCE): Promise<Reply> {
    const from = this.now
    const instance = this.#instances[preferred].isLeaving ? other(preferred) : preferred
    let hasRetryAfter = false
    const reply = await this.#send(instance, call, patience).then(
      async (response) => {
        hasRetryAfter = response.headers.has('retry-after')
        const body = (response.status === 204 ? undefined : await response.json()) as Reply['body']
        return { status: response.status, code: body?.code ?? '', body }
      },
      (error: unknown) => ({ status: 0, code: reasonOf(error), body: undefined }),
    )
    const { route } = call
    const { signedIn } = this
    const hasLeft = reply.code === 'TimeoutError' && patience !== PATIENCE
    const outcome = hasLeft ? 'left' : `${reply.status || 'none'} ${reply.code}`.trim()
    this.#notebook.answers.push({ route, instance, from, to: this.now, outcome, hasRetryAfter, signedIn })
    return reply
  }

  #send(instance: 0 | 1, { route, path, body, headers }: Call, patience: number): Promise<Response> {
    return fetch(this.#instances[instance].url + path, {
      method: route.slice(0, route.indexOf(' ')),
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patience),
    })
  }
}

function other(instance: 0 | 1): 0 | 1 {
  return instance === 0 ? 1 : 0
}

/** `ECONNREFUSED`, or `TimeoutError` where the caller hung up. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } }
  return cause?.code ?? name
}
