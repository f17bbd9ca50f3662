import type { OptionPlace } from '@base/core/options'

/** Names the options of a pattern of this package in errors. */
export function placesOf(pattern: string): (option: string) => Required<OptionPlace> {
  return (option) => ({ package: '@base/resilience', pattern, option })
}
