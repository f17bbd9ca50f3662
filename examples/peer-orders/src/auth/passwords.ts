import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { unavailable } from '../problem.ts'

/** OWASP, Password Storage Cheat Sheet: argon2id with 46 MiB and one pass. */
const COST = { memoryCost: 47_104, timeCost: 1, parallelism: 1 }

/** What hashes begin with that are made now. */
const OF_TODAY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`

/** A flood of sign-ins costs time, not all memory. */
const slots = bulkhead(availableParallelism(), 100)
/** What is compared where there is no password, so that this takes as long. */
const decoy = hash(randomUUID(), COST)

export function hashPassword(password: string): Promise<string> {
  return inSlot(() => hash(password.normalize('NFC'), COST))
}

/** Whether a password is the one of a hash; where there is none the answer is no, and takes as long. */
export async function isPassword(
  password: string,
  passwordHash: string | null | undefined,
): Promise<boolean> {
  const against = passwordHash ?? (await decoy)
  const isRight = await inSlot(() => verify(against, password.normalize('NFC')))
  return isRight && passwordHash != null
}

/** Whether a hash was made at another cost than today's. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(OF_TODAY)
}

async function inSlot<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await slots.execute(work)
  } catch (error) {
    throw error instanceof BulkheadRejectedError ? unavailable('Too many sign in at once.') : error
  }
}
