import { untilAborted } from '@base/core/abort'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { UnavailableError } from '@base/core/errors'
import type { RequestRules } from '../../timed-request.js'
import { metadataProblem, type OidcMetadata } from './oidc-metadata.js'
import { askProvider, strictBody } from './provider-fetch.js'

/** What is looked up, and for how long it is good. Times in milliseconds. */
export interface DiscoveryRules extends RequestRules {
  /** Where the document is, without `/.well-known/openid-configuration`. */
  readonly issuer: string
  /** What the document must say as its issuer. */
  readonly expected: string
  readonly maxAge: number
  /** Whether it must say where its keys are. */
  readonly needsKeys: boolean
}

/** Where a client learns what its provider is like. */
export interface MetadataSource {
  get(signal?: AbortSignal): Promise<OidcMetadata>
}

const DOCUMENT = '/.well-known/openid-configuration'
/** The least time between two attempts that fail: each sign-in would wait for one. */
const COOLDOWN = 5_000
/** How long a document is used on while the provider does not answer. */
const STALE_IF_ERROR = 86_400_000

const failed = diagnosticsChannel<{ issuer: string; error: unknown }>('base:auth:oauth:discovery_failed')

interface Kept {
  readonly metadata: OidcMetadata
  readonly readAt: number
}

/** A provider's metadata, read when they are first needed and again when they are old; all who wait share one request. */
export class Discovery implements MetadataSource {
  readonly #rules: DiscoveryRules
  #kept: Kept | undefined
  #failure: { readonly error: UnavailableError; readonly at: number } | undefined
  #reading: Promise<OidcMetadata> | undefined

  constructor(rules: DiscoveryRules) {
    this.#rules = rules
  }

  get(signal?: AbortSignal): Promise<OidcMetadata> {
    const kept = this.#young(this.#rules.maxAge)
    if (kept !== undefined) return Promise.resolve(kept)
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return untilAborted(this.#reading, signal)
  }

  /** Asks, unless it has just failed; where that fails the last document serves on. */
  async #read(): Promise<OidcMetadata> {
    const { clock, maxAge } = this.#rules
    const rests = this.#failure !== undefined && clock.monotonic() - this.#failure.at < COOLDOWN
    if (!rests) await this.#ask()
    const kept = this.#young(maxAge + STALE_IF_ERROR)
    if (kept !== undefined) return kept
    throw this.#failure?.error
  }

  /** Reads the document, or notes that it failed. */
  async #ask(): Promise<void> {
    const { clock, issuer } = this.#rules
    try {
      const metadata = await readDocument(this.#rules)
      this.#kept = { metadata, readAt: clock.monotonic() }
      this.#failure = undefined
    } catch (cause) {
      const error = unavailable(issuer, cause)
      this.#failure = { error, at: clock.monotonic() }
      if (failed.hasSubscribers) failed.publish({ issuer, error })
    }
  }

  #young(age: number): OidcMetadata | undefined {
    const kept = this.#kept
    return kept !== undefined && this.#rules.clock.monotonic() - kept.readAt < age ? kept.metadata : undefined
  }
}

async function readDocument(rules: DiscoveryRules): Promise<OidcMetadata> {
  const { issuer, expected } = rules
  const address = (issuer.endsWith('/') ? issuer.slice(0, -1) : issuer) + DOCUMENT
  const response = await askProvider(rules, address, { headers: { accept: 'application/json' } })
  if (response.status !== 200) throw new Error(`The answer has the status ${response.status}.`)
  const document = await strictBody(response)
  if (document === undefined) throw new Error('The answer is no JSON object, or has a name twice.')
  // Character by character: two that lead to one address may be two issuers.
  if (document['issuer'] !== expected) throw new Error(`Its issuer is not ${expected}.`)
  const problem = metadataProblem(document, rules.needsKeys)
  if (problem !== undefined) throw new Error(`It cannot be used: ${problem}.`)
  return document as unknown as OidcMetadata
}

function unavailable(issuer: string, cause: unknown): UnavailableError {
  const { message } = cause as Error
  const retryAfter = cause instanceof UnavailableError ? cause.retryAfter : undefined
  return new UnavailableError({
    message: `What the provider ${issuer} is like cannot be read. ${message}`,
    cause,
    retryAfter,
  })
}
