/** In milliseconds. */
export const SECOND = 1_000
/** In milliseconds. */
export const MINUTE = 60_000
/** In milliseconds. */
export const HOUR = 3_600_000
/** In milliseconds. */
export const DAY = 86_400_000
/** How long before its end a thing must be there still: time that passes by itself, on a system that is busy, takes less. */
export const MOMENT = 5_000
