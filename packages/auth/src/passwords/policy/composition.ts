import { checkBoolean, checkInteger, checkOptions, type OptionPlace } from '@base/core/options'

/** Kinds of characters that a password must have. NIST and ASVS advise against it; some rules ask for it. */
export interface Composition {
  /** At least one upper-case letter, of any script. @defaultValue false */
  readonly upper?: boolean | undefined
  /** At least one lower-case letter, of any script. @defaultValue false */
  readonly lower?: boolean | undefined
  /** At least one decimal digit, of any script. @defaultValue false */
  readonly digit?: boolean | undefined
  /** At least one punctuation character or symbol. @defaultValue false */
  readonly special?: boolean | undefined
  /** How often a character may stand in a row, an integer from 1. @defaultValue no limit */
  readonly maxRepeated?: number | undefined
}

/** Something that a password lacks. */
export interface CompositionRule {
  readonly code: string
  readonly message: string
  isKept(password: string): boolean
}

const KINDS = [
  ['upper', /\p{Lu}/u, 'must have an upper-case letter'],
  ['lower', /\p{Ll}/u, 'must have a lower-case letter'],
  ['digit', /\p{Nd}/u, 'must have a digit'],
  ['special', /[\p{P}\p{S}]/u, 'must have a punctuation character or symbol'],
] as const

/** The rules that are asked for. @throws InvalidOptionError */
export function compositionRules(
  composition: Composition,
  place: (option: string) => OptionPlace,
): readonly CompositionRule[] {
  const rules: CompositionRule[] = []
  checkOptions(composition, place('composition'))
  for (const [code, form, message] of KINDS)
    if (checkBoolean(composition[code] ?? false, place(`composition.${code}`)))
      rules.push({ code, message, isKept: (password) => form.test(password) })
  const { maxRepeated } = composition
  if (maxRepeated === undefined) return rules
  const most = checkInteger(maxRepeated, { ...place('composition.maxRepeated'), min: 1 })
  const message = `must not have a character more than ${most} times in a row`
  rules.push({ code: 'repeated', message, isKept: (password) => longestRun(password) <= most })
  return rules
}

function longestRun(password: string): number {
  let longest = 0
  let run = 0
  let previous: string | undefined
  for (const character of password) {
    run = character === previous ? run + 1 : 1
    longest = Math.max(longest, run)
    previous = character
  }
  return longest
}
