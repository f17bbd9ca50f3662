import type { Clock } from '@base/core/clock'
import { checkFunction, type OptionPlace } from '@base/core/options'
import { checkClock } from './check-clock.js'

/** Where a policy takes time and chance from. */
export interface Sources {
  readonly clock: Clock
  readonly random: () => number
}

/** The options `clock` and `random`, of policies too that leave nothing to chance: a wrong one is wrong with each. */
export function checkSources(
  { clock, random = Math.random }: { [Source in keyof Sources]?: Sources[Source] | undefined },
  place: (option: string) => OptionPlace,
): Sources {
  return { clock: checkClock(clock, place('clock')), random: checkFunction(random, place('random')) }
}
