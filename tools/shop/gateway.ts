import { once } from 'node:events'
import { join } from 'node:path'
import { Child } from './child.ts'
import { ROOT } from './shops.ts'

/** How the gateway behaves: see `examples/orders-api/src/gateway/mode.ts`. */
type Mode = 'ok' | 'fail' | 'decline' | 'hang' | 'lose'

/** The payment gateway of orders-api as a process of its own: the outside world of every service. */
export interface Gateway extends AsyncDisposable {
  readonly url: string
  behave(mode: Mode): Promise<void>
  /** What it took and gave back, in order. */
  books(): Promise<readonly { readonly key: string; readonly type: 'taken' | 'returned' }[]>
}

export async function startGateway(): Promise<Gateway> {
  const child = new Child(join(ROOT, 'examples/orders-api/src/gateway/main.ts'), [], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [line] = await once(child.process.stdout as NodeJS.ReadableStream, 'data')
  const url = /http:\/\/[\d.]+:\d+/.exec(String(line))?.[0] ?? ''
  return {
    url,
    behave: async (mode) => {
      await fetch(`${url}/control`, { method: 'PUT', body: JSON.stringify({ mode }) })
    },
    books: async () => {
      const answer = (await (await fetch(`${url}/payments`)).json()) as { payments: [] }
      return answer.payments
    },
    [Symbol.asyncDispose]: async () => void (await child.stop()),
  }
}
