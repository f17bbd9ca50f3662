import { untilAborted } from '@base/core/abort'
import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, checkOneOf, checkOptions, checkSignal } from '@base/core/options'
import { checkRules, type HealthCheck } from './check-options.js'
import { CheckRunner } from './check-runner.js'
import { type HealthEvents, Observers } from './events.js'
import { type HealthReport, reportOf } from './report.js'

const WHERE = { package: '@base/observability', pattern: 'createHealth' } as const

/** Options of {@link createHealth}. */
export interface HealthOptions {
  /** By name; at most one colon in a name, between a component and what is measured of it: `'db:latency'`. @defaultValue none */
  readonly checks?: Readonly<Record<string, HealthCheck>> | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options of a question to a {@link Health}. */
export interface HealthCallOptions {
  /** Ends the wait, not the checks, which others may wait for. */
  readonly signal?: AbortSignal | undefined
}

/** The health of a service. See {@link createHealth}. */
export interface Health {
  /** Whether the process is alive: a failure asks for its restart, so no check of something shared belongs here. */
  live(options?: HealthCallOptions): Promise<HealthReport>
  /** Whether it can take requests: its checks pass, and it does not shut down. */
  ready(options?: HealthCallOptions): Promise<HealthReport>
  /** Whether it has started: {@link Health.started} was called, and what its checks have found is no failure; then it stays so. */
  startup(options?: HealthCallOptions): Promise<HealthReport>
  /**
   * The checks of a group of yours, or one of the three.
   *
   * @throws InvalidOptionError for a group that no check is in.
   */
  group(name: string, options?: HealthCallOptions): Promise<HealthReport>
  /** The groups that can be asked for: `'live'`, `'ready'`, `'startup'`, and those of the checks. */
  readonly groups: readonly string[]
  /** Says that the service has started. */
  started(): void
  /** From now on it is not ready, so that balancers turn away while it still serves; it stays alive. */
  beginShutdown(): void
  /** Calls `listener` at each change, until the function that is returned is called. */
  on<Name extends keyof HealthEvents & string>(
    event: Name,
    listener: (payload: HealthEvents[Name]) => unknown,
  ): () => void
}

/**
 * Answers the probes of whoever runs the service: alive, ready, started.
 *
 * The checks of a group run at the same time, each within its own timeout; those who ask meanwhile share the run, and a check
 * that hangs is not started again until it has ended. A question never rejects because of a check. Nothing runs while nobody
 * asks.
 *
 * @example
 * const health = createHealth({ checks: { db: { check: () => pool.query('select 1') } } })
 * health.started()
 * const { status } = await health.ready() // 'pass'
 *
 * @throws InvalidOptionError naming the option.
 * @see "Configure Liveness, Readiness and Startup Probes", Kubernetes documentation
 */
export function createHealth(options: HealthOptions = {}): Health {
  const { checks = {}, clock = systemClock } = checkOptions(options, WHERE)
  checkMethods(clock, ['now', 'monotonic', 'schedule'], { ...WHERE, option: 'clock' })
  const observers = new Observers()
  const runners = checkRules(checks).map((rules) => new CheckRunner(rules, clock, observers))
  return new ServiceHealth(runners, observers)
}

class ServiceHealth implements Health {
  readonly #runners: readonly CheckRunner[]
  readonly #observers: Observers
  #hasStarted = false
  #isShuttingDown = false
  #startupReport: HealthReport | undefined

  constructor(runners: readonly CheckRunner[], observers: Observers) {
    this.#runners = runners
    this.#observers = observers
  }

  async live(options: HealthCallOptions = {}): Promise<HealthReport> {
    return this.#ask('live', options)
  }

  async ready(options: HealthCallOptions = {}): Promise<HealthReport> {
    return this.#ask('ready', options, () => (this.#isShuttingDown ? ['The service is shutting down.'] : []))
  }

  async startup(options: HealthCallOptions = {}): Promise<HealthReport> {
    signalOf(options)
    if (this.#startupReport !== undefined) return structuredClone(this.#startupReport)
    const report = await this.#ask('startup', options, () =>
      this.#hasStarted ? [] : ['The service has not started.'],
    )
    if (report.status !== 'fail') this.#startupReport = structuredClone(report)
    return report
  }

  async group(name: string, options: HealthCallOptions = {}): Promise<HealthReport> {
    if (name === 'live' || name === 'ready' || name === 'startup') return this[name](options)
    return this.#ask(checkOneOf(name, this.groups, { ...WHERE, option: 'group' }), options)
  }

  get groups(): readonly string[] {
    return [...new Set(['live', 'ready', 'startup', ...this.#runners.flatMap(({ rules }) => rules.groups)])]
  }

  started(): void {
    this.#hasStarted = true
  }

  beginShutdown(): void {
    this.#isShuttingDown = true
  }

  on<Name extends keyof HealthEvents & string>(
    event: Name,
    listener: (payload: HealthEvents[Name]) => unknown,
  ): () => void {
    return this.#observers.on(event, listener)
  }

  /** The notes are those of the moment at which the checks have ended. */
  async #ask(
    group: string,
    options: HealthCallOptions,
    notes: () => readonly string[] = () => [],
  ): Promise<HealthReport> {
    const signal = signalOf(options)
    const members = this.#runners.filter(({ rules }) => rules.groups.includes(group))
    const runs = Promise.all(members.map(async (runner) => [runner.rules.name, await runner.run()] as const))
    return reportOf(await untilAborted(runs, signal), notes())
  }
}

/** Its reason is thrown where it has aborted already. */
function signalOf(options: HealthCallOptions): AbortSignal | undefined {
  const signal = checkSignal(checkOptions(options, WHERE).signal, { ...WHERE, option: 'signal' })
  // Not by its throwIfAborted, which polyfills may not have.
  if (signal?.aborted) throw signal.reason
  return signal
}
