import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto'
import { desc, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { type Db, inTransaction } from '../database/database.ts'
import { signingKeys } from '../database/schema.ts'
import { unavailable } from '../problem.ts'
import type { Meters } from '../telemetry/meters.ts'

const DAY = 86_400_000
/** How long a key signs. */
const SIGNS = 30 * DAY
/** How long before that its successor is published, so that whoever keeps our keys knows it in time. */
const AHEAD = 3_600_000
/** How long a key is known after it has signed for the last time. */
const VERIFIES = DAY
/** How often we look what others have made. */
const REFRESH = 600_000

interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly signsFrom: number
}

/** What keys are kept in, and who is told of them. */
interface KeyServices {
  readonly db: Db
  readonly logger: Logger
  readonly meters: Pick<Meters, 'newKeys'>
}

/** The keys that sign access tokens, ES256; all instances have the same, and a new one takes over every 30 days. */
export class SigningKeys {
  readonly #db: Db
  readonly #made: (kid: string) => void
  readonly #timer: NodeJS.Timeout
  /** The newest first. */
  #keys: readonly Key[] = []

  private constructor({ db, logger, meters }: KeyServices) {
    this.#db = db
    this.#made = (kid) => {
      meters.newKeys.inc()
      logger.info({ kid }, 'there is a new key to sign with')
    }
    const failed = (err: unknown) => logger.error({ err }, 'keys could not be looked up')
    this.#timer = setInterval(() => this.#refresh().catch(failed), REFRESH).unref()
  }

  static async open(services: KeyServices): Promise<SigningKeys> {
    const keys = new SigningKeys(services)
    await keys.#refresh()
    return keys
  }

  /** The key that signs now. */
  signer(): Key {
    const key = this.#keys.find(({ signsFrom }) => signsFrom <= Date.now())
    if (key === undefined) throw unavailable('There is no key to sign with.', {}, 'KEYS_UNAVAILABLE')
    return key
  }

  find(kid: unknown): KeyObject | undefined {
    return this.#keys.find((key) => key.kid === kid)?.publicKey
  }

  /** What other services need to check our tokens by themselves. RFC 7517. */
  jwks(): object {
    return {
      keys: this.#keys.map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        alg: 'ES256',
        use: 'sig',
      })),
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #refresh(): Promise<void> {
    const { made, rows } = await inTransaction(this.#db, async (tx) => {
      // One instance at a time, or each would make a key of its own.
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('peer-orders signing keys', 0))`)
      const known = await tx.select().from(signingKeys).orderBy(desc(signingKeys.signsFrom))
      const due = successorDue(known[0]?.signsFrom)
      if (due === undefined) return { rows: known }
      const made = { kid: randomUUID(), privateKey: newPrivateKey(), signsFrom: due }
      await tx.insert(signingKeys).values(made)
      return { made, rows: [made, ...known] }
    })
    if (made !== undefined) this.#made(made.kid)
    this.#keys = rows.filter(isKnown).map(toKey)
  }
}

/** When a new key shall begin to sign, where it is time to make one. */
function successorDue(newest: Date | undefined): Date | undefined {
  if (newest === undefined) return new Date()
  const due = Math.max(newest.getTime() + SIGNS, Date.now())
  return due - AHEAD <= Date.now() ? new Date(due) : undefined
}

/** One is needed until the tokens are over that it signed last. */
function isKnown(_: unknown, index: number, newestFirst: readonly { readonly signsFrom: Date }[]): boolean {
  const successor = newestFirst[index - 1]
  return successor === undefined || successor.signsFrom.getTime() + VERIFIES > Date.now()
}

function toKey({ kid, privateKey: pem, signsFrom }: typeof signingKeys.$inferSelect): Key {
  const privateKey = createPrivateKey(pem)
  return { kid, privateKey, publicKey: createPublicKey(privateKey), signsFrom: signsFrom.getTime() }
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}
