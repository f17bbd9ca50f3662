import {
  BrokenCircuitError,
  bulkhead,
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
import type { Config } from '../config.ts'
import { conflict, unavailable } from '../problem.ts'
import type { Meters } from '../telemetry.ts'

const CURRENCY = 'EUR'
const ATTEMPTS = 3
/** The customer cannot pay; the key is over. */
const DECLINED: readonly number[] = [402, 410]

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
  /** When the circuit opened for the last time. */
  #openedAt = 0

  constructor(
    { PAYMENT_URL, PAYMENT_TIMEOUT, PAYMENT_RECOVERY }: Config,
    { paymentCircuit, paymentRetries }: Pick<Meters, 'paymentCircuit' | 'paymentRetries'>,
  ) {
    const { policy, breaker, retries } = policyOf(PAYMENT_TIMEOUT, PAYMENT_RECOVERY)
    breaker.onBreak(() => {
      this.#openedAt = performance.now()
    })
    breaker.onStateChange((state) => paymentCircuit.set(state))
    retries.onRetry(() => paymentRetries.inc())
    this.#url = PAYMENT_URL.replace(/\/$/, '')
    this.#recovery = PAYMENT_RECOVERY
    this.#policy = policy
  }

  /** Takes an amount of minor units, once for a key. @throws 409 where the customer cannot pay; 503 where it does not answer */
  async take(key: string, minor: number, requestId: string): Promise<void> {
    const status = await this.#send(
      {
        path: '/payments',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          'x-correlation-id': requestId,
        },
        body: JSON.stringify({ minor: String(minor), currency: CURRENCY }),
      },
      [200, 201, ...DECLINED],
    )
    if (DECLINED.includes(status))
      throw conflict('PAYMENT_DECLINED', 'The payment was declined.', { gatewayStatus: status })
  }

  /** Gives back what was taken under a key, and ends the key: what is still on the way is refused. @throws 503 as above */
  async giveBack(key: string, requestId?: string): Promise<void> {
    const headers = requestId === undefined ? {} : { 'x-correlation-id': requestId }
    await this.#send({ path: `/payments/${encodeURIComponent(key)}`, method: 'DELETE', headers }, [200])
  }

  /** The status of the answer. One that is not expected is as bad as none. */
  async #send({ path, ...init }: GatewayRequest, expected: readonly number[]): Promise<number> {
    try {
      return await this.#policy.execute(async ({ signal }) => {
        const { status, body } = await fetch(this.#url + path, { ...init, signal })
        await body?.cancel()
        if (expected.includes(status)) return status
        throw new Error(`The payment gateway answered ${status}.`)
      })
    } catch (cause) {
      const isOpen = cause instanceof BrokenCircuitError
      const left = this.#openedAt + this.#recovery - performance.now()
      throw unavailable(
        'The payment gateway does not answer now; the order is as it was.',
        { cause, retryAfter: isOpen ? Math.max(left, 1) : this.#recovery },
        isOpen ? 'CIRCUIT_OPEN' : 'PAYMENT_UNAVAILABLE',
      )
    }
  }
}

/** What stands between us and the gateway, the outermost first. */
function policyOf(patience: number, recovery: number) {
  const breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(5),
    halfOpenAfter: recovery,
  })
  // Safe, for each payment has a key: the gateway takes it once, however often it is asked.
  const retries = retry(
    handleWhen((error) => !(error instanceof BrokenCircuitError)),
    { maxAttempts: ATTEMPTS - 1, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 }) },
  )
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
