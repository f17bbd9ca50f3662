import { z } from 'zod'

/** A text without blanks around it that PostgreSQL can keep as it is: no U+0000, no half of a surrogate pair. */
export function text(min: number, max: number) {
  return z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'must be well-formed text without U+0000',
    )
}
