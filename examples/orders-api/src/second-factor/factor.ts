import { z } from 'zod'
import type { Auth } from '../auth/auth.ts'

/** A second factor: a code of the app, or one on paper. */
export interface Factor {
  readonly code?: string | undefined
  readonly recoveryCode?: string | undefined
}

/** A code of the app, as a caller says it. */
export const code = z.string().min(1).max(20)
/** A code on paper. */
export const recoveryCode = z.string().min(1).max(100)

/** Whether a factor is right; it is used up then. */
export function isRightFactor(
  { totp, recoveryCodes }: Pick<Auth, 'totp' | 'recoveryCodes'>,
  username: string,
  { code = '', recoveryCode }: Factor,
): Promise<boolean> {
  return recoveryCode === undefined
    ? totp.verify(username, code)
    : recoveryCodes.redeem(username, recoveryCode)
}
