import type { OptionPlace } from '@base/core/options'

/** Names the options of a function of this pattern in errors. */
export function placeOf(pattern: string): (option: string) => OptionPlace {
  return (option) => ({ package: '@base/auth', pattern, option })
}

/** Names the options of `createOidcClient` in errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('createOidcClient')
