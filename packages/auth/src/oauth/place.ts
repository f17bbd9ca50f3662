import type { OptionPlace } from '@base/core/options'
import { placeOf } from '../place.js'

/** Names the options of `createOidcClient` in errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('createOidcClient')
