import type { TestService } from './start-service.ts'

/** The code in the newest letter. */
export function codeIn({ outbox }: Pick<TestService, 'outbox'>): string {
  return /: (\S{68})/.exec(outbox.at(-1)?.text ?? '')?.[1] ?? ''
}
