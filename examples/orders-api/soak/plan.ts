/** What is broken. */
export type Target = 'postgres' | 'redis' | 'gateway' | 'instance'

/** What happens to it, and for how long, in milliseconds: from the shortest to the longest time. */
const FAULTS = {
  'postgres killed': ['postgres', 300, 5_000],
  'postgres restarted': ['postgres', 0, 0],
  'postgres frozen': ['postgres', 500, 8_000],
  'postgres connections cut': ['postgres', 0, 0],
  'redis killed': ['redis', 300, 5_000],
  'redis frozen': ['redis', 500, 6_000],
  'redis connections cut': ['redis', 0, 0],
  'redis forgets': ['redis', 0, 0],
  'gateway killed': ['gateway', 300, 5_000],
  'gateway fails': ['gateway', 500, 8_000],
  'gateway hangs': ['gateway', 500, 8_000],
  'gateway loses answers': ['gateway', 500, 8_000],
  'gateway is slow': ['gateway', 500, 8_000],
  'gateway declines': ['gateway', 500, 4_000],
  'instance killed': ['instance', 300, 3_000],
  'instance restarted': ['instance', 0, 0],
  // Longer than the lease of a request, shorter than that of an order: see "Limits" in the README.
  'instance frozen': ['instance', 500, 14_000],
} as const satisfies Readonly<Record<string, readonly [Target, number, number]>>

export type FaultName = keyof typeof FAULTS

const NAMES = Object.keys(FAULTS) as FaultName[]
const TARGETS = [...new Set(Object.values(FAULTS).map(([target]) => target))]
/** Between the beginnings of two faults, in milliseconds, so that two targets are broken at once now and then. */
const GAP = [1_000, 9_000] as const
/** A target is left alone for that long once it is whole again. */
const REST = 2_000

/** A fault that is to come. */
export interface PlannedFault {
  readonly name: FaultName
  readonly target: Target
  /** When it begins, in milliseconds from the start. */
  readonly at: number
  /** How long it lasts. */
  readonly lasts: number
  /** Which of two instances it meets. */
  readonly instance: 0 | 1
}

/** Faults at random for that long, in the order in which they begin; a target has one at a time, and is whole at the end. */
export function planFaults(random: () => number, duration: number): PlannedFault[] {
  const plan: PlannedFault[] = []
  const freeAt = new Map<Target, number>()
  for (let at = between(random, GAP); at < duration; at += between(random, GAP)) {
    const free = TARGETS.filter((target) => (freeAt.get(target) ?? 0) <= at)
    const target = pick(random, free)
    const which = random() < 0.5 ? 0 : 1
    if (target === undefined) continue
    const name = pick(random, namesOf(target)) as FaultName
    // The first one lives from beginning to end, so that it shows what becomes of its memory.
    const instance = name === 'instance frozen' ? which : 1
    const [, shortest, longest] = FAULTS[name]
    const lasts = between(random, [shortest, longest])
    if (at + lasts > duration) continue
    plan.push({ name, target, at, lasts, instance })
    freeAt.set(target, at + lasts + REST)
  }
  return plan
}

function namesOf(target: Target): FaultName[] {
  return NAMES.filter((name) => FAULTS[name][0] === target)
}

/** One of them; `undefined` where there is none. */
export function pick<T>(random: () => number, among: readonly T[]): T | undefined {
  return among[Math.floor(random() * among.length)]
}

/** A whole number within a range, both ends included. */
export function between(random: () => number, [from, to]: readonly [number, number]): number {
  return from + Math.floor(random() * (to - from + 1))
}
