import { formatDuration } from '@base/core/duration'
import { UnavailableError } from '@base/core/errors'
import { type RequestRules, timedRequest } from '../../timed-request.js'
import { boundedBody } from '../../tokens/jwks/bounded-body.js'
import { parseStrictObject } from '../../tokens/jws/strict-json.js'

/** An answer that is none, and will not be better the next time. */
export class UnusableAnswer extends Error {}

const MOST_BYTES = 262_144
/** Statuses that have no body. */
const BODILESS: readonly number[] = [204, 205, 304]
const TOO_MANY = 429

/**
 * Asks a provider, and gives its answer with the whole body read: within the time, of 256 KiB at most, and from where it was
 * asked, for a redirect would send secrets where nobody has said to.
 *
 * @throws UnavailableError where it does not answer, or says that it cannot now; {@link UnusableAnswer} for what is too long and
 * for redirects; the signal's reason.
 */
export async function askProvider(
  rules: RequestRules,
  address: string,
  init: RequestInit,
  signal?: AbortSignal,
): Promise<Response> {
  signal?.throwIfAborted()
  const { clock, timeout } = rules
  const tooSlow = () => away(address, `no answer within ${formatDuration(timeout)}`)
  return timedRequest({ clock, timeout, name: 'request to a provider', tooSlow, signal }, (ended) =>
    readAnswer(rules, address, { ...init, redirect: 'manual', signal: ended }),
  )
}

async function readAnswer(rules: RequestRules, address: string, init: RequestInit): Promise<Response> {
  const response = await connect(rules, address, init)
  const { status, headers } = response
  if (status >= 500 || status === TOO_MANY) {
    leave(response)
    throw away(address, `status ${status}`, { retryAfter: secondsOf(headers.get('retry-after')) })
  }
  // A browser hides redirects behind the status 0.
  if (status < 200 || (status >= 300 && status < 400)) {
    leave(response)
    throw new UnusableAnswer('It redirects.')
  }
  const body = await readBody(response, address)
  return new Response(BODILESS.includes(status) ? null : body, { status, headers })
}

async function connect({ fetch }: RequestRules, address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (cause) {
    throw away(address, 'no connection', { cause })
  }
}

/** The rest of an answer is not waited for. */
function leave(response: Response): void {
  response.body?.cancel().catch(() => {})
}

async function readBody(response: Response, address: string): Promise<Uint8Array<ArrayBuffer>> {
  const body = await boundedBody(response, MOST_BYTES).catch((cause: unknown) => {
    throw away(address, 'the connection broke', { cause })
  })
  if (body === undefined) throw new UnusableAnswer(`It has more than ${MOST_BYTES} bytes.`)
  return body
}

/** The JSON object in an answer, which can be read once more. */
export async function strictBody(answer: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  return parseStrictObject(new Uint8Array(await answer.clone().arrayBuffer()))
}

/** A date instead of seconds is left out. */
function secondsOf(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : undefined
}

function away(
  address: string,
  why: string,
  more?: { readonly cause: unknown } | { readonly retryAfter: number | undefined },
): UnavailableError {
  const message = `The provider at ${new URL(address).host} cannot be asked now: ${why}.`
  return new UnavailableError({ message, ...more })
}
