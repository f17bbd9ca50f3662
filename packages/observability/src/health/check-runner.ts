import type { Clock } from '@base/core/clock'
import { diagnosticsSources } from '@base/core/diagnostics'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import type { CheckRules } from './check-options.js'
import type { Observers } from './events.js'
import { type CheckReport, type HealthStatus, statusInGroup } from './report.js'
import { failureOf, release, type Verdict, verdictOf } from './verdict.js'

const checks = /* @__PURE__ */ diagnosticsSources(
  'base:observability:health',
  ({ rules: { name, critical }, status }: CheckRunner) => ({
    name,
    status: statusInGroup(status, critical),
  }),
)

/** Runs a check: at most once at a time, also where it hangs. */
export class CheckRunner {
  readonly rules: CheckRules
  readonly #clock: Clock
  readonly #observers: Observers
  #running: Promise<CheckReport> | undefined
  #last: { readonly report: CheckReport; readonly until: number } | undefined
  /** Since when a run that took too long has not ended. */
  #hangsSince: number | undefined

  constructor(rules: CheckRules, clock: Clock, observers: Observers) {
    this.rules = rules
    this.#clock = clock
    this.#observers = observers
    checks.add(this)
  }

  /** What it said last; `undefined` before it has run. */
  get status(): HealthStatus | undefined {
    return this.#last?.report.status
  }

  /** What it finds, or has just found. Never rejects. */
  run(): Promise<CheckReport> {
    const last = this.#last
    if (last !== undefined && this.#clock.monotonic() < last.until) return Promise.resolve(last.report)
    if (this.#running !== undefined) return this.#running
    let follow: (run: Promise<CheckReport>) => void = () => {}
    // Known before it begins, for a check may ask for itself.
    const running = new Promise<CheckReport>((resolve) => {
      follow = resolve
    })
    this.#running = running
    follow(
      this.#start().finally(() => {
        this.#running = undefined
      }),
    )
    return running
  }

  async #start(): Promise<CheckReport> {
    const startedAt = this.#clock.monotonic()
    const verdict = this.#hangsSince === undefined ? await this.#judge(startedAt) : this.#hanging(startedAt)
    return this.#note(verdict, startedAt)
  }

  /** A run that does not heed its signal is not joined by another: they would pile up. */
  #hanging(now: number): Verdict {
    const since = formatDuration(Math.round(now - (this.#hangsSince as number)))
    return { status: 'fail', output: `A run that began ${since} ago has not ended.` }
  }

  #judge(startedAt: number): Promise<Verdict> {
    const { name, timeout } = this.rules
    const controller = new AbortController()
    return new Promise((resolve) => {
      const giveUp = () => {
        const error = new TimeoutError({ message: `The check took longer than ${formatDuration(timeout)}.` })
        this.#hangsSince = startedAt
        resolve(failureOf(error))
        controller.abort(error)
      }
      const timer = this.#clock.schedule(timeout, giveUp, { name: `health check ${name}` })
      const end = (verdict: Verdict) => {
        timer.cancel()
        this.#hangsSince = undefined
        resolve(verdict)
      }
      this.#call(controller.signal).then(end, (error: unknown) => end(failureOf(error)))
    })
  }

  /** A check that throws, or whose value throws when it is looked at, is no different from one that rejects. */
  async #call(signal: AbortSignal): Promise<Verdict> {
    const value = await this.rules.check(signal)
    const verdict = verdictOf(value)
    void release(value)
    return verdict
  }

  #note({ error, ...verdict }: Verdict, startedAt: number): CheckReport {
    const { name, critical, ttl } = this.rules
    const now = this.#clock.monotonic()
    const time = new Date(this.#clock.now()).toISOString()
    const report: CheckReport = { ...verdict, critical, time, duration: now - startedAt }
    const { status } = report
    const previous = this.status
    this.#last = { report, until: now + ttl }
    if (previous !== status) this.#observers.tellChange({ name, status, previous, error }, critical)
    return report
  }
}
