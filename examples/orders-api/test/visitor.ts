import { Browser, type Page } from '@base-internal/tools/openid'

/** An answer, as a browser has it in the end: after its redirects. */
export interface Shown {
  readonly status: number
  readonly url: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

/** Somebody at a browser: with a cookie jar, and on each request that changes something the origin of the page. */
export class Visitor {
  readonly browser = new Browser()
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  get(path: string): Promise<Shown> {
    return this.send('GET', path)
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Shown> {
    return this.send('POST', path, body, headers)
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Shown> {
    const init: RequestInit = { method, headers: { origin: this.#url, ...headers } }
    if (body !== undefined) {
      init.body = JSON.stringify(body)
      init.headers = { ...init.headers, 'content-type': 'application/json' }
    }
    return shownOf(await this.browser.go(this.#url + path, init))
  }
}

function shownOf({ status, url, text }: Page): Shown {
  return { status, url, body: text.startsWith('{') ? JSON.parse(text) : text }
}
