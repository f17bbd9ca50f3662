import { checkInteger, checkOneOf, invalidOption } from '@base/core/options'
import { placeOf } from '../../place.js'

/** What a run of argon2 costs. */
export interface Argon2Parameters {
  /** Memory in KiB, up to 1 GiB. */
  readonly memory: number
  /** Passes over it, 1 to 16. */
  readonly passes: number
  /** Lanes that run beside each other, 1 to 16. @defaultValue 1 */
  readonly parallelism?: number
}

/** Costs by name. `balanced`: 46 MiB, one pass, one lane. `strong`: 64 MiB, three passes, four lanes. */
export type Argon2Preset = 'balanced' | 'strong'

/** Rows beyond these caps are not run: a row that was tampered with could take all memory. */
export const CAPS: Required<Argon2Parameters> = { memory: 1_048_576, passes: 16, parallelism: 16 }

/** `balanced` meets OWASP and ASVS 5.0, appendix C; `strong` is the second choice of RFC 9106, section 4. */
const PRESETS: Readonly<Record<Argon2Preset, Required<Argon2Parameters>>> = {
  balanced: { memory: 47_104, passes: 1, parallelism: 1 },
  strong: { memory: 65_536, passes: 3, parallelism: 4 },
}

/** Memory and passes that are enough, any one of them: the rows of OWASP's Password Storage Cheat Sheet. */
export const FLOOR: readonly Required<Argon2Parameters>[] = [
  { memory: 47_104, passes: 1, parallelism: 1 },
  { memory: 19_456, passes: 2, parallelism: 1 },
  { memory: 12_288, passes: 3, parallelism: 1 },
  { memory: 9_216, passes: 4, parallelism: 1 },
  { memory: 7_168, passes: 5, parallelism: 1 },
]

/** A preset by its name, or parameters of one's own that are not too weak. @throws InvalidOptionError */
export function readParameters(
  cost: Argon2Preset | Argon2Parameters,
  pattern: string,
): Required<Argon2Parameters> {
  const place = placeOf(pattern)
  if (typeof cost === 'string') return PRESETS[checkOneOf(cost, ['balanced', 'strong'], place('preset'))]
  const { memory, passes, parallelism = 1 } = cost ?? {}
  const checked = {
    memory: checkInteger(memory, { ...place('memory'), min: 1, max: CAPS.memory }),
    passes: checkInteger(passes, { ...place('passes'), min: 1, max: CAPS.passes }),
    parallelism: checkInteger(parallelism, { ...place('parallelism'), min: 1, max: CAPS.parallelism }),
  }
  if (isEnough(checked)) return checked
  const rows = FLOOR.map((row) => `${row.memory} KiB with ${row.passes}`)
  throw invalidOption(cost, place('parameters'), `at least ${rows.join(', or ')} passes`)
}

function isEnough({ memory, passes }: Required<Argon2Parameters>): boolean {
  return FLOOR.some((row) => memory >= row.memory && passes >= row.passes)
}
