import { reportCallbackError } from '@base/core/events'

interface Registered {
  readonly listener: (...args: unknown[]) => void
  readonly once: boolean
}

/** Listeners with several arguments, as opossum calls them. One that throws is reported, and changes nothing. */
export class Listeners<Events extends { readonly [Name in keyof Events]: unknown[] }> {
  readonly #byEvent = new Map<keyof Events, Registered[]>()

  add<Name extends keyof Events>(
    event: Name,
    listener: (...args: Events[Name]) => void,
    once: boolean,
  ): void {
    const registered = this.#byEvent.get(event) ?? []
    this.#byEvent.set(event, [...registered, { listener: listener as Registered['listener'], once }])
  }

  /** The latest registration of it; nothing happens where there is none. */
  remove<Name extends keyof Events>(event: Name, listener: (...args: Events[Name]) => void): void {
    const registered = this.#byEvent.get(event) ?? []
    const index = registered.map((one) => one.listener as unknown).lastIndexOf(listener)
    if (index < 0) return
    this.#byEvent.set(
      event,
      registered.filter((_, position) => position !== index),
    )
  }

  emit<Name extends keyof Events & string>(event: Name, ...args: Events[Name]): void {
    for (const { listener, once } of this.#byEvent.get(event) ?? []) {
      if (once) this.remove(event, listener)
      try {
        listener(...args)
      } catch (error) {
        reportCallbackError(error, {
          package: '@base/opossum',
          pattern: 'OpossumFacade',
          callback: `a listener of '${event}'`,
        })
      }
    }
  }
}
