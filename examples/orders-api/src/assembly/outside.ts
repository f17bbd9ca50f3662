import type { Clock } from '@base/core/clock'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { SendMail } from '../mail/mail.ts'

/** What the service is given, and does not make itself. */
export interface Outside {
  readonly config: Config
  readonly clock: Clock
  /** Delivers letters. */
  readonly sendMail: SendMail
  readonly logger: Logger
  /** Where it listens, once it does. */
  readonly url: () => string
  /** Whether it takes new work: not while it starts or drains. */
  readonly accepting: () => boolean
}
