import { fileURLToPath } from 'node:url'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { attempt } from '@base/core/result'
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
  drainDelay: z
    .string()
    .refine(
      (text) => attempt(() => toMilliseconds(text as Duration)).ok,
      "must be a duration such as '500ms' or '5s'",
    )
    .transform((text) => text as Duration)
    .default('0ms'),
})

export type Config = Readonly<z.infer<typeof Config>>
