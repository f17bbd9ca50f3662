import { correlationId } from '@base/core/context'
import { toMilliseconds } from '@base/core/duration'
import { ConflictError, isAppError, UnavailableError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import type { Money } from '@base/domain/value-object'
import { tracecontext, withSpan } from '@base/observability/tracing'
import type { Policy } from '@base/resilience/policy'
import { type PaymentSettings, paymentPolicy } from './payment-policy.ts'
import type { Payments } from './payments.ts'

/** The customer cannot pay; the key is over. */
const DECLINED: readonly number[] = [402, 410]

/** What is sent to it. */
interface GatewayRequest {
  readonly method: 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Payments by a gateway over HTTP, at a URL. */
export class GatewayPayments implements Payments {
  readonly #url: string
  readonly #policy: Policy
  readonly #retryAfter: number

  constructor(url: string, settings: PaymentSettings) {
    this.#url = url
    this.#policy = paymentPolicy(settings)
    this.#retryAfter = toMilliseconds(settings.paymentRecovery)
  }

  async take(key: string, amount: Money): Promise<Result<void, ConflictError>> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const init = { method: 'POST', headers, body: JSON.stringify(amount) } as const
    const status = await this.#send('payments', init, [200, 201, ...DECLINED])
    return DECLINED.includes(status) ? err(declined(status)) : ok(undefined)
  }

  async giveBack(key: string): Promise<void> {
    await this.#send(`payments/${encodeURIComponent(key)}`, { method: 'DELETE' }, [200])
  }

  /** The status of the answer. One that is not expected is as bad as none. */
  async #send(path: string, init: GatewayRequest, expected: readonly number[]): Promise<number> {
    try {
      return await this.#policy.execute(async ({ signal }) => {
        const status = await ask(`${this.#url}/${path}`, init, signal)
        if (expected.includes(status)) return status
        throw new UnavailableError({ message: `The payment gateway answered ${status}.` })
      })
    } catch (cause) {
      throw this.#unavailable(cause)
    }
  }

  #unavailable(cause: unknown): UnavailableError {
    const open = isAppError(cause, 'CIRCUIT_OPEN')
    return new UnavailableError({
      code: open ? cause.code : 'PAYMENT_UNAVAILABLE',
      message: 'The payment gateway does not answer now; the order is as it was.',
      retryAfter: (open && cause.retryAfter) || this.#retryAfter,
      cause,
    })
  }
}

/** One attempt, with a span of its own; the gateway hears under which ids we speak of it. */
function ask(url: string, { method, headers, body }: GatewayRequest, signal: AbortSignal): Promise<number> {
  const attributes = { 'http.request.method': method, 'server.address': new URL(url).hostname }
  return withSpan({ name: `${method} /payments`, kind: 'client', attributes, signal }, async (span) => {
    const sent = tracecontext.inject(new Headers(headers))
    const id = correlationId.get()
    if (id !== undefined) sent.set('x-correlation-id', id)
    const answer = await fetch(url, { method, headers: sent, signal, ...(body !== undefined && { body }) })
    span.setAttribute('http.response.status_code', answer.status)
    await answer.body?.cancel()
    return answer.status
  })
}

function declined(status: number): ConflictError {
  const message = 'The payment was declined.'
  return new ConflictError({ code: 'PAYMENT_DECLINED', message, details: { gatewayStatus: status } })
}
