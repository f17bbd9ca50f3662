import { z } from 'zod'
import { roles } from '../access/roles.ts'
import { EmailAddress } from '../customers/customer.ts'
import { text } from '../http/text.ts'

const token = z.string().min(1).max(1_024)
/** What else it must be, the policy says. */
const password = z.string().min(1).max(1_024)

/** What a caller says to get a code by mail. */
export const CodeInput = z.strictObject({ email: EmailAddress })

/** What a caller says who has it, for an account. */
export const SignUpInput = z.strictObject({ token, name: text(1, 100), password })
export type SignUpInput = z.infer<typeof SignUpInput>

/** What a caller says who has it, for a new password. */
export const ResetInput = z.strictObject({ token, password })
export type ResetInput = z.infer<typeof ResetInput>

/** What an admin says of somebody's roles. */
export const RolesInput = z.strictObject({ roles: z.array(z.enum(roles)).max(roles.length) })
