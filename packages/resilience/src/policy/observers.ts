import type { DiagnosticsChannel } from '@base/core/diagnostics'
import { Emitter } from '@base/core/events'

/** Who hears of what a policy does: its listeners, and the diagnostics channels that some of its events have. */
export class Observers<Events extends object> {
  readonly #pattern: string
  readonly #channels: { readonly [Name in keyof Events]: DiagnosticsChannel | undefined }
  #emitter: Emitter<Events> | undefined

  constructor(
    pattern: string,
    channels: { readonly [Name in keyof NoInfer<Events>]: DiagnosticsChannel | undefined },
  ) {
    this.#pattern = pattern
    this.#channels = channels
  }

  /** Whether anyone would hear it: asked before a payload is built for what may come with every call. */
  hear(event: keyof Events): boolean {
    return this.#emitter?.has(event) === true || this.#channels[event]?.hasSubscribers === true
  }

  tell<Name extends keyof Events & string>(event: Name, payload: Events[Name] & object): void {
    this.#emitter?.emit(event, payload)
    const channel = this.#channels[event]
    if (channel?.hasSubscribers) channel.publish(payload)
  }

  on<Name extends keyof Events & string>(
    event: Name,
    listener: (payload: Events[Name]) => unknown,
  ): () => void {
    this.#emitter ??= new Emitter({
      package: '@base/resilience',
      pattern: this.#pattern,
      events: Object.keys(this.#channels) as (keyof Events & string)[],
    })
    return this.#emitter.on(event, listener)
  }
}
