import { reportCallbackError } from '@base/core/events'

const PLACE = { package: '@base/opossum', pattern: 'OpossumFacade' }

interface Registered {
  readonly listener: (...args: unknown[]) => unknown
  readonly once: boolean
  /** Whether it was called, where that is once. */
  isSpent: boolean
}

/** Listeners with several arguments, as opossum calls them. One that throws or rejects is reported, and changes nothing. */
export class Listeners<Events extends { readonly [Name in keyof Events]: unknown[] }> {
  readonly #byEvent = new Map<keyof Events, Registered[]>()

  add<Name extends keyof Events>(
    event: Name,
    listener: (...args: Events[Name]) => unknown,
    once: boolean,
  ): void {
    const registered = this.#byEvent.get(event) ?? []
    this.#byEvent.set(event, [
      ...registered,
      { listener: listener as Registered['listener'], once, isSpent: false },
    ])
  }

  /** The latest registration of it; nothing happens where there is none. */
  remove<Name extends keyof Events>(event: Name, listener: (...args: Events[Name]) => unknown): void {
    const registered = this.#byEvent.get(event) ?? []
    this.#drop(
      event,
      registered.findLast((one) => one.listener === (listener as unknown)),
    )
  }

  emit<Name extends keyof Events & string>(event: Name, ...args: Events[Name]): void {
    for (const registered of this.#byEvent.get(event) ?? []) {
      // A listener before it may have emitted the same.
      if (registered.isSpent) continue
      registered.isSpent = registered.once
      if (registered.once) this.#drop(event, registered)
      const report = (error: unknown) =>
        reportCallbackError(error, { ...PLACE, callback: `a listener of '${event}'` })
      try {
        const returned = registered.listener(...args)
        if (isPromise(returned)) Promise.resolve(returned).catch(report)
      } catch (error) {
        report(error)
      }
    }
  }

  #drop(event: keyof Events, dropped: Registered | undefined): void {
    const registered = this.#byEvent.get(event) ?? []
    this.#byEvent.set(
      event,
      registered.filter((one) => one !== dropped),
    )
  }
}

/** Also one of another realm. */
function isPromise(value: unknown): boolean {
  return value instanceof Promise || Object.prototype.toString.call(value) === '[object Promise]'
}
