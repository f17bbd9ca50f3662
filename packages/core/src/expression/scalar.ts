import type { Decimal } from './expression.js'

/** What a field can be compared with. */
export type Scalar = string | number | bigint | boolean | Date | Decimal | null
