import { z } from 'zod'
import { text } from '../http/text.ts'
import { code, recoveryCode } from '../second-factor/factor.ts'

/** Whether the sign-in is of a browser, which shall get a cookie and no tokens. */
const cookie = z.boolean().default(false)
const token = z.string().min(1).max(1_024)

/** What a caller says to sign in. */
export const SignInInput = z.strictObject({
  /** Or the e-mail address. */
  username: text(1, 254),
  password: z.string().min(1).max(1_024),
  cookie,
})

/** What a caller says who has been asked for the second factor. */
export const SecondStepInput = z.union([
  z.strictObject({ token, code, cookie }),
  z.strictObject({ token, recoveryCode, cookie }),
])

export type SecondStepInput = z.infer<typeof SecondStepInput>

/** What a caller says to go on, or to sign out. */
export const RefreshInput = z.strictObject({ refreshToken: token })
