import type { DiagnosticsReading } from '@base/core/diagnostics'

/** What can be read of a policy: its name, and what it has counted. */
export function readingOf({
  rules: { name },
  stats,
}: {
  readonly rules: { readonly name: string }
  readonly stats: object
}): DiagnosticsReading {
  return { name, ...stats }
}
