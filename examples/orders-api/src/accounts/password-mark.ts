import { createHash } from 'node:crypto'
import type { Account } from './account.ts'

/** Names a password that an account has, and tells who reads it nothing of its hash. No two passwords have the same. */
export function passwordMark({ passwordHash }: Account): string {
  return createHash('sha256')
    .update(passwordHash ?? '')
    .digest('base64url')
}
