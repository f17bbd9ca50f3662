import type { Clock } from '@base/core/clock'
import { timedRequest } from '../timed-request.js'
import type { ApiKeyStore, StoredApiKey } from './api-key-store.js'

/** How old the note of the last use may be before it is written again, in milliseconds. */
const NOTED_FOR = 60_000
/** How many notes are remembered; of more keys in a minute some uses are written more often. */
const REMEMBERED = 10_000
/** How long a verification waits until its note is written, in milliseconds. */
const WAITED_FOR = 1_000

/** Notes that keys are used: once a minute each, however old what was read is. A key is good whether or not that can be written down. */
export class UseNotes {
  readonly #store: Pick<ApiKeyStore, 'touch'>
  readonly #clock: Clock
  /** When the notes of the last minute began, written or not, by key; the oldest first. */
  readonly #notes = new Map<string, number>()

  constructor(store: Pick<ApiKeyStore, 'touch'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Resolves once the use is noted, or somebody else notes one, or that has failed or takes long. Never rejects. */
  async note({ id, lastUsedAt = 0 }: StoredApiKey): Promise<void> {
    const now = this.#clock.now()
    // Each by itself: the store's time may be ahead of ours, and ours may have stepped back. A note that hangs keeps nobody back for ever.
    if (isRecent(lastUsedAt, now) || isRecent(this.#notes.get(id) ?? 0, now)) return
    const tooSlow = () => new Error('The note takes long.')
    const wait = { clock: this.#clock, timeout: WAITED_FOR, name: 'note of the use of an API key', tooSlow }
    this.#remember(id, now)
    await timedRequest(wait, () => this.#touch(id, now)).catch(() => {})
  }

  async #touch(id: string, now: number): Promise<void> {
    try {
      await this.#store.touch(id, now)
    } catch {
      if (this.#notes.get(id) === now) this.#notes.delete(id)
    }
  }

  #remember(id: string, now: number): void {
    this.#notes.delete(id)
    for (const [key, since] of this.#notes) {
      if (isRecent(since, now) && this.#notes.size < REMEMBERED) break
      this.#notes.delete(key)
    }
    this.#notes.set(id, now)
  }
}

function isRecent(time: number, now: number): boolean {
  return Math.abs(now - time) < NOTED_FOR
}
