import { type Script, script } from '../connection/script.js'
import { forOne, forSome, type Policies } from './frames.js'
import type { Meter } from './meter.js'

/** How limits of some meters are counted. */
export interface ConsumeScripts {
  /** Decides a call, or blocks its key. */
  readonly one: Script
  /** Decides some calls, each on its own. */
  readonly some: Script
}

const scripts = new Map<string, ConsumeScripts>()

/**
 * The scripts for limits of those meters: for each call they read all policies, decide, and charge all or none. They give for
 * each call 1 where it is allowed, else 0, and for each policy what is left, when it is as new, and when it would be
 * allowed, or -1; for some calls, in the place of the first, an error's text where one failed.
 *
 * Their arguments are the numbers of each policy, and the cost of each call; for one call also for how many milliseconds to
 * block its key, where that is to be. Their keys are for each call the key's, and one for each log.
 */
export function consumeScripts(
  meters: readonly Meter[],
  numbers: readonly (readonly unknown[])[],
): ConsumeScripts {
  const name = meters.map(({ kind }) => kind).join()
  const known = scripts.get(name) ?? write(named(meters, numbers))
  scripts.set(name, known)
  return known
}

function write(policies: Policies): ConsumeScripts {
  return { one: script(forOne(policies)), some: script(forSome(policies)) }
}

function named(meters: readonly Meter[], numbers: readonly (readonly unknown[])[]): Policies {
  let [argument, number, log] = [1, 1, 2]
  const policies = meters.map((meter, id) => {
    const ids = Array.from({ length: meter.kept }, () => number++)
    return {
      meter,
      names: {
        id,
        numbers: numbers[id]?.map(() => `ARGV[${argument++}]`) ?? [],
        known: ids.map((each) => `v.known${each}`),
        kept: ids.map((each) => `v.kept${each}`),
        log: meter.hasLog ? `KEYS[base + ${log++}]` : '',
      },
    }
  })
  return { policies, numbers: argument - 1, keys: log - 1 }
}
