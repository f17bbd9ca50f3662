import type { Target } from './plan.ts'
import type { Window, Windows } from './windows.ts'

/** How one request ended. */
export interface Answer {
  /** `POST /orders`. */
  readonly route: string
  readonly instance: 0 | 1
  /** When it was sent and when it ended, in milliseconds from the start. */
  readonly from: number
  readonly to: number
  /** Status and code, `503 UNAVAILABLE`; `none` and why where no answer came; `left` where the caller hung up. */
  readonly outcome: string
  readonly hasRetryAfter: boolean
  /** When its caller had signed in. */
  readonly signedIn: number
}

/** Whatever is broken. */
const MEANT =
  /^(left|20[0124]|409 (OUT_OF_STOCK|ILLEGAL_TRANSITION|BEING_CANCELLED|PAYMENT_DECLINED|IDEMPOTENCY_IN_PROGRESS|LEASE_LOST))$/

/** While that is broken, by the README of the service. */
const WHILE_BROKEN: readonly (readonly [RegExp, readonly Target[]])[] = [
  [/^503 (PAYMENT_UNAVAILABLE|CIRCUIT_OPEN)$/, ['gateway']],
  [/^503 (TIMEOUT|COMMIT_UNKNOWN)$/, ['postgres']],
  [/^503 (KEYS_UNAVAILABLE|REVOCATIONS_UNAVAILABLE|REDIS_UNAVAILABLE)$/, ['redis']],
  [/^503 UNAVAILABLE$/, ['postgres', 'redis']],
]

/** How many of a kind are told. */
const MOST = 5
/** How long something may be felt once it is whole again: a circuit is open for 5 s, clients connect anew. */
const GRACE = 12_000
/** Within a minute an instance notices that Redis has forgotten its keys. */
const FORGOTTEN = 70_000
/** As long as somebody may have a lock that Redis has forgotten. */
const LEASE = 30_000

/** Answers that nobody should have got, in words, by what they were. */
export function wrongAnswers(answers: readonly Answer[], windows: Windows): string[] {
  const wrong = answers.filter((answer) => !isRight(answer, windows))
  const kinds = Map.groupBy(wrong, ({ route, outcome }) => `${outcome} to ${route}`)
  return [...kinds].map(
    ([kind, all]) => `${kind}, ${all.length} times: ${all.slice(0, MOST).map(place).join(', ')}`,
  )
}

function place({ from, instance }: Answer): string {
  return `at ${seconds(from)} of instance ${instance}`
}

function isRight(answer: Answer, windows: Windows): boolean {
  const { outcome, from, to, hasRetryAfter, signedIn, instance } = answer
  if (MEANT.test(outcome)) return outcome !== '409 IDEMPOTENCY_IN_PROGRESS' || hasRetryAfter
  const hasForgotten = ({ name }: Window) => name === 'redis forgets'
  if (outcome === '401 INVALID_TOKEN') return windows.touch(signedIn, to, FORGOTTEN, hasForgotten)
  if (outcome === '409 CONFLICT') return windows.touch(from, to, LEASE, hasForgotten)
  if (outcome.startsWith('none'))
    return windows.touch(from, to, 0, (window) => window.instance === instance && cutsOff(window))
  const targets = WHILE_BROKEN.find(([pattern]) => pattern.test(outcome))?.[1] ?? []
  const isMeant = ({ target, name }: Window) => targets.includes(target) || name === 'instance frozen'
  return targets.length > 0 && hasRetryAfter && windows.touch(from, to, GRACE, isMeant)
}

/** Who is told to stop finishes what it has. */
function cutsOff({ name, target }: Window): boolean {
  return target === 'instance' && name !== 'instance restarted'
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

/** How often each outcome came, the most frequent first. */
export function countsOf(outcomes: readonly string[]): [outcome: string, times: number][] {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}
