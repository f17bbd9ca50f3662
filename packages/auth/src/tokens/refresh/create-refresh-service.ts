import { untilAborted } from '@base/core/abort'
import { UnavailableError } from '@base/core/errors'
import { checkOptions } from '@base/core/options'
import { type Err, ok, type Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import { signalOf } from '../../signal-of.js'
import { isThumbprint } from '../keys/thumbprint.js'
import { askStore } from '../opaque/ask-store.js'
import { checkName } from '../opaque/check-name.js'
import {
  createHandle,
  createOpaqueToken,
  isHandle,
  type OpaqueToken,
  readOpaqueToken,
} from '../opaque/opaque-token.js'
import { openText, sealText } from '../opaque/sealed-text.js'
import { refused } from '../refused.js'
import { isScope, isWithin } from '../scope.js'
import type { AccessInput } from '../service/token-service.js'
import {
  graceAfter,
  place,
  type RefreshServiceOptions,
  type RefreshSettings,
  readOptions,
} from './refresh-options.js'
import type { RefreshService, RefreshSession, RefreshTokens, RotateOptions } from './refresh-service.js'
import type { RefreshFamily, RefreshRecord, RefreshRotationOutcome, RefreshStore } from './refresh-store.js'
import { tellReuse } from './reuse.js'
import { sealOf } from './seal-of.js'
import { type CheckedSignIn, factsOf, type RefreshSignIn, readSignIn } from './sign-in.js'

/**
 * Refresh tokens that are good for one use each.
 *
 * A sign-in starts a family. Each rotation replaces its token by a new one; a token that comes a second time shows that
 * two hold a copy, so the whole family is revoked, and the thief's copy with it. Only within the grace, and only until its
 * successor is used, is it answered with that same successor: answers get lost, and browsers ask from two tabs at once.
 *
 * Tokens are random, and the store knows their hashes alone. The access token is made before the store rotates: where either
 * fails the presented token is still good. Of many rotations at once, on whatever nodes, one makes the successor and all
 * others get the same. A token that was rotated before is judged first, while its grace lasts.
 *
 * A family that is revoked takes its access tokens with it, where `tokens` has `revokeSession`, as a token service has; where
 * that failed it is tried again with each token of the family that is presented. Services that ask no store of revocations take
 * them until they expire.
 *
 * Not promised: that a stolen token is noticed before it is presented twice.
 *
 * @example
 * const refresh = createRefreshService({ store: memoryRefreshStore(), tokens })
 * const { accessToken, refreshToken } = await refresh.start({ sub: 'user-1', clientId: 'web' })
 * const rotated = await refresh.rotate(refreshToken, { clientId: 'web' })
 * if (rotated.ok) rotated.value.accessToken
 *
 * @throws InvalidOptionError naming the option.
 * @see RFC 6749, section 6; RFC 9700, sections 2.2.2 and 4.14
 */
export function createRefreshService(options: RefreshServiceOptions): RefreshService {
  return new RotatingTokens(readOptions(options))
}

class RotatingTokens implements RefreshService {
  readonly #settings: RefreshSettings

  constructor(settings: RefreshSettings) {
    this.#settings = settings
  }

  async start(signIn: RefreshSignIn): Promise<RefreshTokens> {
    const { idleTtl, absoluteTtl, clock } = this.#settings
    const checked = readSignIn(signIn, clock.now())
    const signal = signalOf(signIn, place)
    const id = createHandle()
    const token = await createOpaqueToken(id)
    const issuing = this.#issue({ id, ...checked }, checked.scope, checked.jkt)
    const accessToken = await untilAborted(issuing, signal)
    const family = { ...checked, id, hash: token.hash, idleTtl, absoluteTtl }
    await this.#ask((store, now) => store.start(family, now))
    return { accessToken, refreshToken: token.text, familyId: id }
  }

  async rotate(text: string, options: RotateOptions): Promise<Result<RefreshTokens, AuthError>> {
    const asked = readAsked(options)
    const { signal } = asked
    const { clock, grace } = this.#settings
    const presentedAt = clock.now()
    const parent = await readOpaqueToken(text)
    const record = parent && (await untilAborted(this.#find(parent), signal))
    if (parent === undefined || record === undefined) return INVALID()
    const { family } = record
    const refusal = judge(record, asked)
    if (refusal?.error.code === 'REFRESH_REVOKED') return untilAborted(this.#revoked(family), signal)
    if (refusal !== undefined) return refusal
    // At once, while its grace lasts, and whatever scope it asks for: the store says first whether it is a theft.
    if (record.status === 'rotated') return this.#replace(parent, family, undefined, asked, grace)
    const scope = asked.scope ?? family.scope
    const accessToken = await untilAborted(this.#issue(family, scope, asked.jkt), signal)
    const took = clock.now() - presentedAt
    return this.#replace(parent, family, accessToken, asked, graceAfter(took, grace))
  }

  async revoke(text: string, options: { readonly clientId?: string | undefined } = {}): Promise<boolean> {
    const { clientId } = checkOptions(options, place('options'))
    const record = await this.#recordOf(text)
    if (record === undefined) return false
    if (clientId !== undefined && clientId !== record.family.clientId) return false
    return this.revokeFamily(record.family.id)
  }

  async revokeFamily(
    familyId: string,
    options: { readonly sub?: string | undefined } = {},
  ): Promise<boolean> {
    const { sub } = checkOptions(options, place('options'))
    if (!isHandle(familyId)) return false
    if (sub !== undefined && !(await this.#isOf(familyId, checkName(sub, place('sub'))))) return false
    // First, as in revokeAll.
    try {
      return await this.#ask((store, now) => store.revokeFamily(familyId, now))
    } finally {
      await this.#settings.tokens.revokeSession?.(familyId)
    }
  }

  async revokeAll(sub: string): Promise<number> {
    checkName(sub, place('sub'))
    // The families first: a rotation that is under way could else be given an access token that no revocation reaches.
    try {
      return await this.#ask((store, now) => store.revokeAll(sub, now))
    } finally {
      await this.#settings.tokens.revokeAll(sub)
    }
  }

  async sessions(sub: string): Promise<readonly RefreshSession[]> {
    checkName(sub, place('sub'))
    return (await this.#ask((store, now) => store.list(sub, now))).map(sessionOf)
  }

  async inspect(text: string): Promise<RefreshSession | undefined> {
    const record = await this.#recordOf(text)
    return record?.status === 'active' ? sessionOf(record.family) : undefined
  }

  /** Also of a family that has ended: its access tokens may live on, where they could not be revoked with it. */
  async #isOf(familyId: string, sub: string): Promise<boolean> {
    const record = await this.#ask((store, now) => store.find(familyId, undefined, now))
    return record?.family.sub === sub
  }

  /** Takes the access tokens back once more: who revoked the family may have failed to. */
  async #revoked({ id }: RefreshFamily): Promise<Err<AuthError>> {
    await this.#settings.tokens.revokeSession?.(id)
    return REVOKED()
  }

  async #recordOf(text: string): Promise<RefreshRecord | undefined> {
    const token = await readOpaqueToken(text)
    return token && this.#find(token)
  }

  #find({ handle, hash }: OpaqueToken): Promise<RefreshRecord | undefined> {
    return this.#ask((store, now) => store.find(handle, hash, now))
  }

  async #issue(
    { id, sub, clientId, data }: Pick<RefreshFamily, 'id'> & CheckedSignIn,
    scope: string | undefined,
    jkt: string | undefined,
  ): Promise<string> {
    const { authenticatedAt, amr, acr } = factsOf(data)
    const input: AccessInput = {
      sub,
      clientId,
      sid: id,
      authTime: Math.floor(authenticatedAt / 1_000),
      ...(scope !== undefined && { scope }),
      ...(jkt !== undefined && { jkt }),
      ...(amr && { amr }),
      ...(acr !== undefined && { acr }),
    }
    return (await this.#settings.tokens.issueAccess(input)).token
  }

  async #replace(
    parent: OpaqueToken,
    family: RefreshFamily,
    accessToken: string | undefined,
    { scope, jkt, signal }: Asked,
    grace: number,
  ): Promise<Result<RefreshTokens, AuthError>> {
    const { idleTtl, onReuse } = this.#settings
    const token = await createOpaqueToken(family.id)
    const sealed = grace === 0 ? undefined : await sealText(token.text, sealOf(parent))
    // As before: a narrower scope is that of one access token (RFC 6749, section 6).
    const child = { hash: token.hash, scope: family.scope, sealed, idleTtl }
    signal?.throwIfAborted()
    const rotation = { familyId: family.id, parent: parent.hash, child, grace }
    const outcome = await this.#ask((store, now) => store.rotate(rotation, now))
    switch (outcome.status) {
      case 'rotated':
        if (accessToken === undefined) throw new UnavailableError({ message: TAKEN_BACK })
        return ok({ accessToken, refreshToken: token.text, familyId: family.id })
      case 'repeated':
        tellReuse(family, true, onReuse)
        return untilAborted(this.#repeat(parent, family, outcome, { scope, jkt }), signal)
      case 'reused':
        tellReuse(family, false, onReuse)
        await this.#settings.tokens.revokeSession?.(family.id)
        return refused('REFRESH_REUSED', 'The refresh token had been rotated; its family is revoked.')
      case 'revoked':
        return this.#revoked(family)
      case 'expired':
        return EXPIRED()
      default:
        return INVALID()
    }
  }

  /** The same successor as who asked first got; the access token is for what that successor may be used for. */
  async #repeat(
    parent: OpaqueToken,
    family: RefreshFamily,
    successor: Repeated,
    { scope, jkt }: Pick<Asked, 'scope' | 'jkt'>,
  ): Promise<Result<RefreshTokens, AuthError>> {
    if (scope !== undefined && !isNarrower(scope, successor.scope)) return WIDER()
    const accessToken = await this.#issue(family, scope ?? successor.scope, jkt)
    // It is younger than the store's answer: a revocation in between would not reach it.
    const record = await this.#find(parent)
    if (record?.status === 'revoked') return this.#revoked(family)
    try {
      return ok({
        accessToken,
        refreshToken: await openText(successor.sealed, sealOf(parent)),
        familyId: family.id,
      })
    } catch (cause) {
      return refused('REFRESH_INVALID', 'What the store keeps for the grace was changed.', cause)
    }
  }

  #ask<T>(ask: (store: RefreshStore, now: number) => PromiseLike<T>): Promise<T> {
    const { store, clock } = this.#settings
    return askStore('refresh', () => ask(store, clock.now()))
  }
}

/** Who asks for a rotation, and for what; not checked. */
type Asked = { readonly [Name in keyof Required<RotateOptions>]: RotateOptions[Name] | undefined }

type Repeated = Extract<RefreshRotationOutcome, { readonly status: 'repeated' }>

const INVALID = () => refused('REFRESH_INVALID', 'The refresh token is not known.')
const EXPIRED = () => refused('REFRESH_EXPIRED', 'The refresh token has expired.')
const REVOKED = () => refused('REFRESH_REVOKED', 'The family of the refresh token is revoked.')
const WIDER = () => refused('REFRESH_INVALID', 'The scope is wider than that of the refresh token.')

/** A failover can; within the grace whoever asks again gets the successor. */
const TAKEN_BACK = 'The refresh store has taken a rotation back.'

/** As it is now: whoever asks may change theirs while the store is asked. */
function readAsked(options: RotateOptions | undefined): Asked {
  const { clientId, scope, jkt } = options ?? {}
  return { clientId, scope, jkt, signal: options && signalOf(options, place) }
}

/** Why a token must not be rotated; what can change under way is judged by the store. */
function judge({ status, family }: RefreshRecord, { clientId, scope, jkt }: Asked) {
  if (clientId !== family.clientId)
    return refused('REFRESH_INVALID', 'The refresh token belongs to another client.')
  if (family.jkt !== undefined && jkt !== family.jkt)
    return refused('REFRESH_INVALID', 'The refresh token is bound to another key.')
  if (jkt !== undefined && !isThumbprint(jkt))
    return refused('REFRESH_INVALID', 'The key is no SHA-256 thumbprint.')
  if (status === 'revoked') return REVOKED()
  if (status === 'expired') return EXPIRED()
  if (status === 'active' && scope !== undefined && !isNarrower(scope, family.scope)) return WIDER()
  return undefined
}

/** Whether a client asks for a scope, and for no more than was granted. */
function isNarrower(scope: unknown, granted: string | undefined): scope is string {
  return isScope(scope) && isWithin(scope, granted)
}

function sessionOf({ id, data, scope, jkt, ...family }: RefreshFamily): RefreshSession {
  const { authenticatedAt, label } = factsOf(data)
  return {
    familyId: id,
    ...family,
    authenticatedAt,
    ...(scope !== undefined && { scope }),
    ...(jkt !== undefined && { jkt }),
    ...(label !== undefined && { label }),
  }
}
