import { isDeepStrictEqual } from 'node:util'
import { correlationId } from '@base/core/context'
import { toMilliseconds } from '@base/core/duration'
import { ConflictError, isAppError, UnavailableError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import type { Money } from '@base/domain/value-object'
import { tracecontext, withSpan } from '@base/observability/tracing'
import type { Policy } from '@base/resilience/policy'
import { type PaymentSettings, paymentPolicy } from './payment-policy.ts'

/** The customer cannot pay; the key is over. */
const DECLINED: readonly number[] = [402, 410]

/** Who takes the money. Both may be asked again, with the same key, when nobody knows what became of the last time. */
export type Payments = Pick<GatewayPayments, 'take' | 'giveBack'>

/** What is sent to it. */
type GatewayRequest = RequestInit & { readonly method: 'POST' | 'DELETE' }

/** Payments by a gateway over HTTP, at a URL. */
export class GatewayPayments {
  readonly #url: string
  readonly #policy: Policy
  readonly #retryAfter: number

  constructor(url: string, settings: PaymentSettings) {
    this.#url = url
    this.#policy = paymentPolicy(settings)
    this.#retryAfter = toMilliseconds(settings.paymentRecovery)
  }

  /**
   * Takes an amount, once for a key. An error where the customer cannot pay.
   *
   * @throws UnavailableError where it does not answer; `retryAfter` says when to try again.
   */
  async take(key: string, amount: Money): Promise<Result<void, ConflictError>> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const init = { method: 'POST', headers, body: JSON.stringify(amount) } as const
    const status = await this.#send('payments', init, amount, DECLINED)
    return DECLINED.includes(status) ? err(declined(status)) : ok(undefined)
  }

  /** Gives back what was taken under a key, and ends the key: what is still on the way is refused. @throws UnavailableError as above. */
  async giveBack(key: string): Promise<void> {
    await this.#send(`payments/${encodeURIComponent(key)}`, { method: 'DELETE' }, null)
  }

  /** The status of the answer, which is a refusal, or says what is paid by now. Any other is as bad as none. */
  async #send(path: string, init: GatewayRequest, paid: Money | null, refusals: readonly number[] = []) {
    try {
      return await this.#policy.execute(async ({ signal }) => {
        const answer = await ask(`${this.#url}/${path}`, init, signal)
        const { status } = answer
        if (refusals.includes(status) || isDeepStrictEqual(answer.paid, paid?.toJSON() ?? null)) return status
        throw new UnavailableError({ message: `The payment gateway answered ${status}.` })
      })
    } catch (cause) {
      const open = isAppError(cause, 'CIRCUIT_OPEN')
      throw new UnavailableError({
        code: open ? cause.code : 'PAYMENT_UNAVAILABLE',
        message: 'The payment gateway does not answer now. Ask again later.',
        retryAfter: (open && cause.retryAfter) || this.#retryAfter,
        cause,
      })
    }
  }
}

/** One attempt, with a span of its own; the gateway hears under which ids we speak of it. */
function ask(url: string, init: GatewayRequest, signal: AbortSignal) {
  const { method } = init
  const attributes = { 'http.request.method': method, 'server.address': new URL(url).hostname }
  return withSpan({ name: `${method} /payments`, kind: 'client', attributes, signal }, async (span) => {
    const sent = tracecontext.inject(new Headers(init.headers))
    const id = correlationId.get()
    if (id !== undefined) sent.set('x-correlation-id', id)
    // Where a redirect leads nobody takes money.
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: sent, signal })
    span.setAttribute('http.response.status_code', answer.status)
    const { status } = answer
    if (!answer.ok) {
      await answer.body?.cancel()
      return { status, paid: undefined }
    }
    // What is no JSON says nothing.
    const body = (await answer.json().catch(() => null)) as { paid?: unknown } | null
    return { status, paid: body?.paid }
  })
}

function declined(status: number): ConflictError {
  const message = 'The payment was declined.'
  return new ConflictError({ code: 'PAYMENT_DECLINED', message, details: { gatewayStatus: status } })
}
