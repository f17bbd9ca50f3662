import { CircuitBreaker, CircuitOpenError } from '@base/resilience/circuit-breaker'
import express, { type Response } from 'express'

const { PORT = '3000', PRICES_URL = 'http://127.0.0.1:4000' } = process.env

class PriceServerError extends Error {
  readonly status: number

  constructor(status: number) {
    super(`The price server answered ${status}.`)
    this.status = status
  }
}

// One for each dependency, made once. Three failures in a row open it; after two seconds one call may try.
const breaker = new CircuitBreaker({ name: 'prices', failureThreshold: 3, recoveryTimeout: '2s', isFailure })
breaker.on('stateChange', ({ from, to, reason }) => console.log(`prices: ${from} → ${to} (${reason})`))

// What is wrong with one request, such as 400, is not the server's failure: who asks for nonsense would open it for everybody.
function isFailure(error: unknown): boolean {
  if (!(error instanceof PriceServerError)) return true
  return error.status >= 500 || [401, 403, 429].includes(error.status)
}

async function priceOf(article: string, signal: AbortSignal): Promise<unknown> {
  // One that hangs is down as well: a breaker alone would wait for it.
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(1_000)])
  const answer = await fetch(`${PRICES_URL}/${encodeURIComponent(article)}`, { signal: inTime })
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new PriceServerError(answer.status)
  return answer.json()
}

const app = express()

app.get('/prices/:article', ({ params: { article } }, response, next) => {
  // encodeURIComponent leaves `..` as it is.
  if (!/^[\w-]+$/.test(article)) return void response.sendStatus(404)
  breaker
    .execute(({ signal }) => priceOf(article, signal))
    .then(
      (price) => (price === undefined ? response.sendStatus(404) : response.json(price)),
      (error) => refuse(response, error),
    )
    .catch(next)
})

// For this call alone: what is wrong with a path or a body is not the price server's failure.
function refuse(response: Response, error: unknown): void {
  if (!(error instanceof CircuitOpenError)) return void response.sendStatus(502)
  response.set('retry-after', String(Math.ceil((error.retryAfter ?? 0) / 1000))).sendStatus(503)
}

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}/prices/pear`)
})
