import { z } from 'zod'

/**
 * How the gateway behaves, for trying out what happens to who calls it. `fail` answers 503 and takes nothing, `decline`
 * says that the customer cannot pay, `hang` takes nothing and never answers, `lose` takes the payment and hangs up
 * without an answer, `slow` takes it and answers late.
 */
export const Mode = z.strictObject({
  mode: z.enum(['ok', 'fail', 'decline', 'hang', 'lose', 'slow']),
  /** How late an answer is where it is slow, in milliseconds. */
  delay: z.int().min(0).max(600_000).default(1_000),
})

export type Mode = z.infer<typeof Mode>
