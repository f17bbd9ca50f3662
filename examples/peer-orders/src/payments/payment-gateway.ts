import { isDeepStrictEqual } from 'node:util'
import { propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  BrokenCircuitError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { conflict, unavailable } from '../problem.ts'
import type { Meters } from '../telemetry/meters.ts'
import { type RequestScope, requestScope, traceOf } from '../telemetry/request-scope.ts'
import { tracer } from '../telemetry/tracing.ts'
import { RetryBudget } from './retry-budget.ts'

const CURRENCY = 'EUR'
const ATTEMPTS = 3
/** The customer cannot pay; the key is over. */
const DECLINED: readonly number[] = [402, 410]

/** What is sent to it. */
interface GatewayRequest {
  readonly path: string
  readonly method: 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Takes the money, over HTTP. Both may be asked again, with the same key, when nobody knows what became of the last time. */
export class PaymentGateway {
  readonly #url: string
  readonly #recovery: number
  readonly #policy: ReturnType<typeof policyOf>['policy']
  readonly #calls: Meters['paymentCalls']
  readonly #budget = new RetryBudget()
  /** When the circuit opened for the last time. */
  #openedAt = 0

  constructor(
    { PAYMENT_URL, PAYMENT_TIMEOUT, PAYMENT_RECOVERY }: Config,
    { meters, logger }: { readonly meters: Meters; readonly logger: Logger },
  ) {
    const { policy, breaker, retries } = policyOf(PAYMENT_TIMEOUT, PAYMENT_RECOVERY, this.#budget)
    breaker.onBreak(() => {
      this.#openedAt = performance.now()
    })
    breaker.onStateChange((state) => {
      meters.paymentCircuit.set(state)
      logger[state === CircuitState.Open ? 'warn' : 'info']({ state: CircuitState[state] }, 'circuit changed')
    })
    retries.onRetry((failure) => {
      meters.paymentRetries.inc()
      logger.debug({ err: 'error' in failure ? failure.error : undefined }, 'attempt failed, trying again')
    })
    this.#url = PAYMENT_URL.replace(/\/$/, '')
    this.#recovery = PAYMENT_RECOVERY
    this.#policy = policy
    this.#calls = meters.paymentCalls
  }

  /** Takes an amount of minor units, once for a key. @throws 409 where the customer cannot pay; 503 where it does not answer */
  async take(key: string, minor: number): Promise<void> {
    const amount = { minor: String(minor), currency: CURRENCY }
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const request = { path: '/payments', method: 'POST', headers, body: JSON.stringify(amount) } as const
    const status = await this.#send(request, amount, DECLINED)
    if (DECLINED.includes(status))
      throw conflict('PAYMENT_DECLINED', 'The payment was declined.', { gatewayStatus: status })
  }

  /** Gives back what was taken under a key, and ends the key: what is still on the way is refused. @throws 503 as above */
  async giveBack(key: string): Promise<void> {
    await this.#send({ path: `/payments/${encodeURIComponent(key)}`, method: 'DELETE' }, null)
  }

  /** The status of the answer, which is a refusal, or says what is paid by now. Any other is as bad as none. */
  async #send({ path, ...init }: GatewayRequest, paid: object | null, refusals: readonly number[] = []) {
    // Who waits for a slot runs in the context of who has left it.
    const scope = requestScope.getStore()
    this.#budget.deposit()
    try {
      const status = await this.#policy.execute(async ({ signal }) => {
        const answer = await ask(this.#url + path, { ...init, signal }, scope)
        if (refusals.includes(answer.status) || isDeepStrictEqual(answer.paid, paid)) return answer.status
        throw new Error(`The payment gateway answered ${answer.status}.`)
      })
      this.#calls.inc({ outcome: 'answered' })
      return status
    } catch (cause) {
      const isOpen = cause instanceof BrokenCircuitError
      this.#calls.inc({ outcome: isOpen ? 'refused' : 'failed' })
      const left = this.#openedAt + this.#recovery - performance.now()
      throw unavailable(
        'The payment gateway does not answer now; the order is as it was.',
        { cause, retryAfter: isOpen ? Math.max(left, 1) : this.#recovery },
        isOpen ? 'CIRCUIT_OPEN' : 'PAYMENT_UNAVAILABLE',
      )
    }
  }
}

/** One attempt, with a span of its own; the gateway hears under which ids we speak of it. */
async function ask(
  url: string,
  { headers, ...init }: Omit<GatewayRequest, 'path'> & { readonly signal: AbortSignal },
  scope: RequestScope | undefined,
) {
  const context = traceOf(scope)
  const attributes = { 'http.request.method': init.method, 'server.address': new URL(url).hostname }
  const span = tracer.startSpan(`${init.method} /payments`, { kind: SpanKind.CLIENT, attributes }, context)
  const sent: Record<string, string> = {
    ...headers,
    ...(scope && { 'x-correlation-id': scope.ids.correlationId }),
  }
  propagation.inject(trace.setSpan(context, span), sent)
  try {
    // Where a redirect leads nobody takes money.
    const answer = await fetch(url, { ...init, headers: sent, redirect: 'manual' })
    const { status } = answer
    span.setAttribute('http.response.status_code', status)
    if (!answer.ok) {
      await answer.body?.cancel()
      return { status, paid: undefined }
    }
    // What is no JSON says nothing.
    const body = (await answer.json().catch(() => null)) as { paid?: unknown } | null
    return { status, paid: body?.paid }
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', (error as Error).name)
    throw error
  } finally {
    span.end()
  }
}

/** What stands between us and the gateway, the outermost first. */
function policyOf(patience: number, recovery: number, budget: RetryBudget) {
  const breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(5),
    halfOpenAfter: recovery,
  })
  // Safe, for each payment has a key: the gateway takes it once, however often it is asked.
  const retries = retry(
    handleWhen((error) => !(error instanceof BrokenCircuitError) && budget.withdraw()),
    { maxAttempts: ATTEMPTS - 1, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 }) },
  )
  // It was asked after the last attempt, too.
  retries.onGiveUp(() => budget.giveBack())
  const policy = wrap(
    // For all attempts, their pauses and the wait for a slot.
    timeout((ATTEMPTS + 1) * patience, TimeoutStrategy.Aggressive),
    retries,
    breaker,
    bulkhead(20, 200),
    timeout(patience, TimeoutStrategy.Aggressive),
  )
  return { policy, breaker, retries }
}
