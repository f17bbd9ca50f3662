import { invalidOption } from '@base/core/options'
import type { ChildLoggerOptions } from 'pino'
import { CENSOR } from './text-pattern.js'

const WHERE = { package: '@base/observability', pattern: 'child' } as const

/** What pino's children have and ours have not is refused, for it would be missed. @throws InvalidOptionError naming the option. */
export function checkChildOptions(options: ChildLoggerOptions | undefined): void {
  const { redact, formatters, customLevels } = options ?? {}
  const { censor = CENSOR, remove = false } = Array.isArray(redact) ? {} : (redact ?? {})
  if (censor !== CENSOR) refuse(censor, 'redact.censor', `'${CENSOR}', as for all that is hidden`)
  if (remove) refuse(remove, 'redact.remove', `false: what is hidden is replaced by '${CENSOR}'`)
  // Without levels of its own pino does not ask it either.
  if (formatters?.level !== undefined && customLevels !== undefined)
    refuse(formatters.level, 'formatters.level', 'left out, for the format says how a level is shown')
}

function refuse(value: unknown, option: string, expected: string): never {
  throw invalidOption(value, { ...WHERE, option }, expected)
}
