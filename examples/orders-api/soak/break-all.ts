import { setTimeout } from 'node:timers/promises'
import { seededRandom } from '@base/core/testing'
import { seconds } from './answers.ts'
import { breakIt } from './break.ts'
import { planFaults } from './plan.ts'
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
  await Promise.all(
    faults.map(async (fault) => {
      await setTimeout(fault.at)
      const window = windows.open(fault, now())
      const { name, lasts, instance } = fault
      await breakIt(shop, fault).catch((error) => failures.push(`${name} at ${seconds(now())}: ${error}`))
      window.to = now()
      const where = fault.target === 'instance' ? ` ${instance}` : ''
      tell(
        `${seconds(window.from - start)}  ${name}${where}, for ${seconds(lasts)}; whole after ${seconds(window.to - window.from)}`,
      )
    }),
  )
  await setTimeout(Math.max(0, start + duration - now()))
  return failures
}
