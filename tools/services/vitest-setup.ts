import { COORDINATOR, type Coordinator, coordinate } from './coordinator.ts'
import { missing } from './missing.ts'

let coordinator: Coordinator | undefined

/** Runs once, before the tests of a run. No server starts until a test asks for it. */
export async function setup(): Promise<void> {
  coordinator = await coordinate()
  // The workers inherit it.
  process.env[COORDINATOR] = coordinator.at
  for (const kind of ['postgres', 'redis', 'rabbitmq'] as const) {
    const lack = missing(kind)
    if (lack !== undefined) console.warn(`Tests that need ${kind} are skipped: ${lack}.`)
  }
}

/** Runs once, after the tests of a run. */
export async function teardown(): Promise<void> {
  await coordinator?.close()
}
