import { untilAborted } from '../abort/until-aborted.js'
import type { Clock } from '../clock/clock.js'
import { systemClock } from '../clock/system-clock.js'
import { type Duration, toMilliseconds } from '../duration/duration.js'
import { CancelledError, ConflictError } from '../errors/errors.js'
import { checkFunction, checkMethods, checkOptions, checkText, invalidOption } from '../options/options.js'
import type { Component } from './component.js'
import type { Lifecycle, LifecycleState } from './lifecycle.js'
import { stopOnSignals } from './process-signals.js'
import { type Shutdown, shutDown } from './shutdown.js'
import { place, startOrder } from './start-order.js'

const DEFAULT_SHUTDOWN_TIMEOUT: Duration = '30s'
const DEFAULT_SIGNALS: readonly string[] = ['SIGTERM', 'SIGINT']

/** No process can handle SIGKILL and SIGSTOP; one that handles a fault, such as SIGSEGV, meets it again for ever. */
const STOPS_A_SERVICE = /^SIG(ALRM|BREAK|HUP|INT|PIPE|PWR|QUIT|TERM|TSTP|USR1|USR2|WINCH|XCPU)$/

/** Options of {@link createLifecycle}; checked and read once. */
export interface LifecycleOptions {
  /**
   * How long `stop` may take in all, the drain delay included; more than 0. Some seconds below the platform's time to kill,
   * which is these 30 s in Kubernetes. @defaultValue '30s'
   */
  readonly shutdownTimeout?: Duration | undefined
  /**
   * A pause between the call of `stop` and the first component's stop, in which the service still answers but says that
   * it is not ready, so that load balancers turn away first. Longer than the server keeps an idle connection, clients that
   * are told `connection: close` meanwhile lose no request. Shorter than `shutdownTimeout`. @defaultValue 0
   */
  readonly drainDelay?: Duration | undefined
  /**
   * Signals that stop the service, from its start to its end; `[]` installs none. One that the system does not have, such
   * as SIGBREAK outside Windows, never comes. @defaultValue ['SIGTERM', 'SIGINT']
   */
  readonly signals?: readonly string[] | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Makes a lifecycle: starts the parts of a service in order, stops them in reverse, also on SIGTERM and SIGINT.
 *
 * The first signal stops the service and the process then ends by itself; a second one ends it at once. Whatever keeps the
 * process alive five seconds after a stop is named on stderr; it is not ended. A worker of `node:cluster` stays for its IPC
 * channel: add `{ name: 'channel', stop: () => cluster.worker?.disconnect() }` first.
 *
 * @example
 * const lifecycle = createLifecycle({ shutdownTimeout: '10s' })
 *   .add({ name: 'database', start: () => pool.query('select 1'), stop: () => pool.end() })
 *   .add({
 *     name: 'http',
 *     dependsOn: ['database'],
 *     start: () => once(server.listen(3000), 'listening'), // `once` of node:events
 *     stop: () => new Promise((resolve) => server.close(resolve)), // waits for the requests that are under way
 *   })
 * await lifecycle.start()
 *
 * @throws {@link InvalidOptionError} naming the option.
 */
export function createLifecycle(options: LifecycleOptions = {}): Lifecycle {
  return new OrderedLifecycle(options)
}

class OrderedLifecycle implements Lifecycle {
  readonly #shutdownTimeout: number
  readonly #drainDelay: number
  readonly #signals: readonly string[]
  readonly #clock: Clock
  readonly #components = new Map<string, Component>()
  readonly #started: Component[] = []
  readonly #startAbort = new AbortController()
  #state: LifecycleState = 'idle'
  #starting: Promise<void> | undefined
  #allStarted: Promise<void> | undefined
  #startingName: string | undefined
  #stopping: Promise<void> | undefined
  #removeHandlers: () => void = () => {}

  constructor(options: LifecycleOptions) {
    const { shutdownTimeout, drainDelay, signals, clock } = checkOptions(options, place('options'))
    this.#shutdownTimeout = toMilliseconds(shutdownTimeout ?? DEFAULT_SHUTDOWN_TIMEOUT, {
      pattern: 'Lifecycle',
      option: 'shutdownTimeout',
      positive: true,
    })
    this.#drainDelay = toMilliseconds(drainDelay ?? 0, { pattern: 'Lifecycle', option: 'drainDelay' })
    // The time would be over before the first part stops, each time.
    if (this.#drainDelay >= this.#shutdownTimeout)
      throw invalidOption(drainDelay, place('drainDelay'), 'shorter than shutdownTimeout')
    this.#signals = checkSignals(signals ?? DEFAULT_SIGNALS)
    this.#clock = checkMethods(clock ?? systemClock, ['schedule', 'sleep'], place('clock'))
  }

  get state(): LifecycleState {
    return this.#state
  }

  add(component: Component): this {
    checkComponent(component)
    const { name } = component
    if (this.#components.has(name)) throw invalidOption(name, place('name'), 'unique')
    if (this.#state !== 'idle') throw new ConflictError({ message: `'${name}' is added after the start.` })
    this.#components.set(name, component)
    return this
  }

  start(): Promise<void> {
    if (this.#stopping !== undefined) {
      return Promise.reject(new ConflictError({ message: 'The lifecycle is over: make a new one.' }))
    }
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(): Promise<void> {
    return this.#stopping ?? this.#stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #start(): Promise<void> {
    this.#allStarted = this.#startAll()
    const { signal } = this.#startAbort
    try {
      // A part that hangs keeps this promise pending for ever; the stop, awaited below, ends in time.
      await untilAborted(this.#allStarted, signal)
    } catch (error) {
      // Who awaits the start may end the process on its error, which is the one to see: not before what has started is stopped.
      if (signal.aborted) await this.#stopping?.catch(() => {})
      else {
        this.#stopping = this.#end('failed', async () => {})
        await this.#stopping.catch(warn)
      }
      throw signal.aborted ? signal.reason : error
    }
  }

  async #startAll(): Promise<void> {
    const order = startOrder(this.#components)
    this.#state = 'starting'
    this.#removeHandlers = stopOnSignals(this.#signals, () => this.stop(), this.#clock)
    const { signal } = this.#startAbort
    // What a part calls at once, start and stop, has to find this promise.
    await null
    signal.throwIfAborted()
    for (const component of order) {
      await this.#startOne(component, signal)
      signal.throwIfAborted()
    }
    this.#state = 'running'
  }

  async #startOne(component: Component, signal: AbortSignal): Promise<void> {
    this.#startingName = component.name
    try {
      await component.start?.({ signal })
    } finally {
      this.#startingName = undefined
    }
    // The stop has given up on it, and nobody else would stop it.
    if (this.#state === 'failed') await this.#shutDown([component], async () => {}).catch(warn)
    else this.#started.push(component)
  }

  #stop(): Promise<void> {
    const wasRunning = this.#state === 'running'
    this.#stopping = this.#end('stopped', async (signal) => {
      await this.#allStarted?.catch(() => {})
      if (wasRunning && this.#drainDelay > 0) await this.#clock.sleep(this.#drainDelay, { signal })
    })
    // Not once it runs: a server that listens with this signal would close before the drain delay.
    if (!wasRunning)
      this.#startAbort.abort(
        new CancelledError({ message: 'The service was stopped while it was starting.' }),
      )
    return this.#stopping
  }

  async #end(state: 'stopped' | 'failed', before: Shutdown['before']): Promise<void> {
    this.#state = 'stopping'
    try {
      await this.#shutDown(this.#started, before)
      this.#state = state
    } catch (error) {
      this.#state = 'failed'
      throw error
    } finally {
      this.#removeHandlers()
    }
  }

  #shutDown(started: Component[], before: Shutdown['before']): Promise<void> {
    return shutDown({
      started,
      before,
      waitsFor: () => this.#startingName,
      timeout: this.#shutdownTimeout,
      clock: this.#clock,
    })
  }
}

/** Of a stop that nobody is told of: its error must not vanish. */
function warn(error: unknown): void {
  globalThis.process?.emitWarning?.(String(error))
}

function checkComponent(component: Component): void {
  if (typeof component !== 'object' || component === null)
    throw invalidOption(component, place('component'), 'an object with a name')
  const { name, start, stop, dependsOn = [] } = component
  checkText(name, place('name'))
  if (start !== undefined) checkFunction(start, place(`start of '${name}'`))
  if (stop !== undefined) checkFunction(stop, place(`stop of '${name}'`))
  // A text would be read letter by letter.
  if (!Array.isArray(dependsOn))
    throw invalidOption(dependsOn, place(`dependsOn of '${name}'`), 'an array of names')
}

function checkSignals(signals: unknown): readonly string[] {
  const expected = "an array of names such as 'SIGTERM', of signals that can be handled"
  if (!Array.isArray(signals)) throw invalidOption(signals, place('signals'), expected)
  for (const signal of signals)
    if (!STOPS_A_SERVICE.test(signal)) throw invalidOption(signal, place('signals'), expected)
  // One that is named twice would take its second handler's call for a second signal.
  return [...new Set(signals)]
}
