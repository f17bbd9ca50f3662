import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, type OptionPlace } from '@base/core/options'

/** The option `clock` of whatever measures or waits. */
export function checkClock(clock: Clock | undefined, place: OptionPlace): Clock {
  return checkMethods(clock === undefined ? systemClock : clock, ['now', 'monotonic', 'schedule'], place)
}
