import { z } from 'zod'

/** What a caller says to sign in. */
export const SignInInput = z.strictObject({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(1_024),
})

/** What a caller says to go on, or to sign out. */
export const RefreshInput = z.strictObject({ refreshToken: z.string().min(1).max(1_024) })
