import type {
  NewRefreshFamily,
  RefreshFamily,
  RefreshRotation,
  RefreshRotationOutcome,
  RefreshStatus,
} from './refresh-store.js'

/** For how long a family that is over is still known, in milliseconds. */
const REMEMBERED = 7 * 86_400_000

/** What took the place of a token, for who presents that token again. */
interface Successor {
  readonly parent: string
  readonly rotatedAt: number
  readonly sealed: string
}

/** One family in memory: its present token, the hashes of all before, and the rules by which the one follows the other. */
export class FamilyState {
  readonly #spent = new Set<string>()
  #family: RefreshFamily
  /** The hash of the present token. */
  #hash: string
  #successor: Successor | undefined
  #revokedAt: number | undefined

  constructor({ hash, idleTtl, absoluteTtl, ...facts }: NewRefreshFamily, now: number) {
    const expiresAt = now + absoluteTtl
    this.#hash = hash
    this.#family = {
      ...facts,
      createdAt: now,
      lastUsedAt: now,
      idleExpiresAt: Math.min(now + idleTtl, expiresAt),
      expiresAt,
    }
  }

  snapshot(): RefreshFamily {
    return this.#family
  }

  isAlive(now: number): boolean {
    return this.#revokedAt === undefined && now < this.#family.idleExpiresAt
  }

  isForgettable(now: number): boolean {
    return now >= (this.#revokedAt ?? this.#family.idleExpiresAt) + REMEMBERED
  }

  /** Of the present token, where no hash is given. */
  statusOf(hash: string | undefined, now: number): RefreshStatus | undefined {
    if (hash === undefined) return this.statusOf(this.#hash, now)
    const isSpent = this.#spent.has(hash)
    if (hash !== this.#hash && !isSpent) return undefined
    if (this.#revokedAt !== undefined) return 'revoked'
    if (now >= this.#family.expiresAt) return 'expired'
    if (isSpent) return 'rotated'
    return now < this.#family.idleExpiresAt ? 'active' : 'expired'
  }

  rotate({ parent, child, grace }: RefreshRotation, now: number): RefreshRotationOutcome {
    const status = this.statusOf(parent, now) ?? 'unknown'
    if (status === 'rotated') return this.#repeat(parent, grace, now)
    if (status !== 'active') return { status }
    const { hash, scope, sealed, idleTtl } = child
    this.#spent.add(parent)
    this.#hash = hash
    this.#successor = sealed === undefined ? undefined : { parent, rotatedAt: now, sealed }
    this.#family = {
      ...this.#family,
      scope,
      lastUsedAt: now,
      idleExpiresAt: Math.min(now + idleTtl, this.#family.expiresAt),
    }
    return { status: 'rotated' }
  }

  revoke(now: number): boolean {
    const wasAlive = this.isAlive(now)
    this.#revokedAt ??= now
    this.#successor = undefined
    return wasAlive
  }

  /** Forgets what took the place of a token: its grace is over. */
  drop(parent: string): void {
    if (this.#successor?.parent === parent) this.#successor = undefined
  }

  #repeat(parent: string, grace: number, now: number): RefreshRotationOutcome {
    const { scope } = this.#family
    const successor = this.#successor
    if (successor?.parent === parent && now < successor.rotatedAt + grace)
      return { status: 'repeated', sealed: successor.sealed, scope }
    this.revoke(now)
    return { status: 'reused' }
  }
}
