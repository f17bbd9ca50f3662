const UNIQUE_VIOLATION = '23505'

/** The name of the unique constraint that an error of the database tells of, if it does. */
export function uniqueViolation(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  if (error.code !== UNIQUE_VIOLATION || !('constraint' in error)) return undefined
  return String(error.constraint)
}
