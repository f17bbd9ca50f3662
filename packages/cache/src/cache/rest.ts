import { AgedMap } from '../store/aged-map.js'

/** After a failure a loader with a stale value at hand rests for so long, in milliseconds. */
const LENGTH = 30_000
/** More are not remembered. */
const MOST = 10_000

/** Which keys are not loaded for a while, since their last load failed and a stale value does. */
export class Rest {
  readonly #until = new AgedMap<string, number>(MOST)

  begin(key: string, now: number): void {
    this.#until.set(key, now + LENGTH)
  }

  end(key: string): void {
    this.#until.delete(key)
  }

  isOn(key: string, now: number): boolean {
    const until = this.#until.get(key)
    return until !== undefined && until > now
  }
}
