import { z } from 'zod'
import { text } from '../http/text.ts'

/** The name of a customer in paths and orders. */
export const Username = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{1,48}[a-z0-9])$/, 'must be 3 to 50 of a-z, 0-9 and inner dashes')

/** An e-mail address, in lower case. */
export const EmailAddress = z
  .email('must be an e-mail address')
  .max(254, 'must be an e-mail address')
  .toLowerCase()

/** What a caller says of a customer. */
export const CustomerInput = z.strictObject({ username: Username, name: text(1, 100), email: EmailAddress })
