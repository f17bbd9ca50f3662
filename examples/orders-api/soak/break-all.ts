import { setTimeout } from 'node:timers/promises'
import { seededRandom } from '@base/core/testing'
import { seconds } from './answers.ts'
import { breakIt } from './break.ts'
import { type PlannedFault, planFaults, type Target } from './plan.ts'
import type { Shop } from './shop.ts'
import type { Windows } from './windows.ts'

/** What breaks, and who hears of it. */
export interface BreakOptions {
  readonly seed: number
  /** For how long faults come, in milliseconds. */
  readonly duration: number
  readonly tell: (text: string) => void
  readonly now: () => number
}

/** Breaks what the seed says, each at its time. Resolves when all is whole again, with what did not come back. */
export async function breakAll(
  shop: Shop,
  windows: Windows,
  { seed, duration, tell, now }: BreakOptions,
): Promise<string[]> {
  const failures: string[] = []
  const start = now()
  const faults = planFaults(seededRandom(seed), duration)
  tell(`${faults.length} faults in ${seconds(duration)}, seed ${seed}`)
  const last = new Map<Target, Promise<void>>()
  for (const fault of faults) {
    // On a slow machine what was killed may not be back yet.
    const before = last.get(fault.target)
    last.set(fault.target, meet(fault, before))
  }
  await Promise.all(last.values())
  await setTimeout(Math.max(0, start + duration - now()))
  return failures

  async function meet(fault: PlannedFault, before: Promise<void> | undefined): Promise<void> {
    await Promise.all([setTimeout(fault.at), before])
    const window = windows.open(fault, now())
    const { name, target, lasts, instance } = fault
    await breakIt(shop, fault).catch((error) => failures.push(`${name} at ${seconds(now())}: ${error}`))
    window.to = now()
    const which = target === 'instance' ? ` ${instance}` : ''
    const took = seconds(window.to - window.from)
    tell(`${seconds(window.from)}  ${name}${which}, for ${seconds(lasts)}; whole after ${took}`)
  }
}
