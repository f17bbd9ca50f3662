import type { PriceServer } from './price-server.ts'

/** A `fetch` that reaches the server without a socket, so that nothing takes time but what the clock says. */
export function simulatedNetwork(server: PriceServer): typeof fetch {
  return async (_input, init) => {
    const answer = await server.answer(init?.signal ?? new AbortController().signal)
    if (answer === 'reset') throw new TypeError('fetch failed', { cause: connectionReset() })
    return new Response(answer.body, { status: answer.status })
  }
}

/** What Node's `fetch` has as the cause. */
function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}
