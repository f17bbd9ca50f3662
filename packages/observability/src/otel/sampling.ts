import type { Environment } from './otlp-settings.js'

/** Which traces are recorded. */
export interface Sampling {
  /** Of those that start here, from 0 to 1. */
  readonly ratio: number
  /** Whether those that started elsewhere are decided there. */
  readonly isParentBased: boolean
}

/** What the option says, else what the environment does, else all; a variable that makes no sense says nothing. */
export function samplingOf(ratio: number | undefined, environment: Environment): Sampling {
  if (ratio !== undefined) return { ratio, isParentBased: true }
  const name = environment['OTEL_TRACES_SAMPLER']?.trim() ?? ''
  const isParentBased = name.startsWith('parentbased_')
  const root = isParentBased ? name.slice('parentbased_'.length) : name
  if (root === 'always_on') return { ratio: 1, isParentBased }
  if (root === 'always_off') return { ratio: 0, isParentBased }
  if (root === 'traceidratio') return { ratio: share(environment['OTEL_TRACES_SAMPLER_ARG']), isParentBased }
  return { ratio: 1, isParentBased: true }
}

function share(text = ''): number {
  const ratio = text.trim() === '' ? 1 : Number(text)
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}
