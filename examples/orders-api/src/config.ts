import { fileURLToPath } from 'node:url'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { attempt, unwrapOr } from '@base/core/result'
import { z } from 'zod'

const PORT = 'must be a whole number from 0 to 65535'

/** The settings of the service, each from the variable of its name: `dataDir` from `DATA_DIR`. */
export const Config = z.object({
  /** Where it listens; 0 takes a free port. */
  port: z
    .string()
    .regex(/^\d{1,5}$/, PORT)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT)
    .default(3000),
  /** The address it binds. Loopback unless told otherwise: nobody has to log in here. */
  host: z.string().min(1, 'must not be empty').default('127.0.0.1'),
  /** The folder of the database, made if missing; `memory://` keeps nothing. */
  dataDir: z
    .string()
    .min(1, 'must not be empty')
    .default(fileURLToPath(new URL('../data', import.meta.url))),
  /** How long it still answers after SIGTERM, while `/health/ready` already says no. */
  drainDelay: duration(0).default('0ms'),
  /** Where the payment gateway answers; without it one is started beside the service. */
  paymentUrl: z.url({ protocol: /^https?$/, error: 'must be an http URL' }).optional(),
  /** How long one attempt to take or return a payment may take. */
  paymentTimeout: duration(1).default('2s'),
  /** How long a gateway that keeps failing is left alone. */
  paymentRecovery: duration(1).default('5s'),
})

function duration(min: number) {
  return z
    .string()
    .refine(
      (text) =>
        unwrapOr(
          attempt(() => toMilliseconds(text as Duration)),
          -1,
        ) >= min,
      `must be a duration such as '500ms' or '5s'${min > 0 ? ', more than 0' : ''}`,
    )
    .transform((text) => text as Duration)
}

export type Config = Readonly<z.infer<typeof Config>>
