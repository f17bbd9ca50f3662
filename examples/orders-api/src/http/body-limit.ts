import { AppError } from '@base/core/errors'
import { bodyLimit as limit } from 'hono/body-limit'

/** More than the largest order needs. */
const MAX_BYTES = 64 * 1024

/** Refuses larger bodies with 413, whether they announce their length or not. */
export const bodyLimit = limit({
  maxSize: MAX_BYTES,
  onError: () => {
    throw new AppError({
      code: 'BODY_TOO_LARGE',
      kind: 'too_large',
      message: `The body is larger than ${MAX_BYTES} bytes.`,
      details: { maxBytes: MAX_BYTES },
    })
  },
})
