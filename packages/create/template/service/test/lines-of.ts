import { setTimeout as wait } from 'node:timers/promises'
import type { TestService } from './start-service.ts'

/** Level and message of what a service has logged of a request, once it has. */
export async function linesOf({ log }: Pick<TestService, 'log'>, id: string): Promise<unknown[][]> {
  const lines = () => log.lines.filter(({ correlationId }) => correlationId === id)
  while (lines().length === 0) await wait(10)
  return lines().map(({ level, msg }) => [level, msg])
}
