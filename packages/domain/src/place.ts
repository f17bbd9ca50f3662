import type { OptionPlace } from '@base/core/options'

/** Names the options of a class or function of this package in errors. */
export function placeOf(pattern: string): (option: string) => OptionPlace {
  return (option) => ({ package: '@base/domain', pattern, option })
}
