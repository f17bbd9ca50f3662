import type { Clock } from '@base/core/clock'
import { timedRequest } from '../tokens/jwks/timed-request.js'
import { askStore } from '../tokens/opaque/ask-store.js'
import type { ApiKeyStore, StoredApiKey } from './api-key-store.js'

/** How old the note of the last use may be before it is written again, in milliseconds. */
const NOTED_FOR = 60_000
/** How long a verification waits until its note is written, in milliseconds. */
const WAITED_FOR = 1_000

/** Notes that keys are used: once a minute each, by one write at a time. A key is good whether or not that can be written down. */
export class UseNotes {
  readonly #store: Pick<ApiKeyStore, 'touch'>
  readonly #clock: Clock
  /** When the notes began that are not written yet, by key. */
  readonly #writing = new Map<string, { readonly since: number }>()

  constructor(store: Pick<ApiKeyStore, 'touch'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Resolves once the use is noted, or somebody else notes one, or that has failed or takes long. Never rejects. */
  async note({ id, lastUsedAt = 0 }: StoredApiKey): Promise<void> {
    const now = this.#clock.now()
    // A note that hangs does not keep others back for ever.
    const latest = Math.max(lastUsedAt, this.#writing.get(id)?.since ?? 0)
    if (now - latest < NOTED_FOR) return
    const tooSlow = () => new Error('The note takes long.')
    const wait = { clock: this.#clock, timeout: WAITED_FOR, name: 'note of the use of an API key', tooSlow }
    await timedRequest(wait, () => this.#write(id, now)).catch(() => {})
  }

  async #write(id: string, now: number): Promise<void> {
    const note = { since: now }
    this.#writing.set(id, note)
    try {
      await askStore('API key', () => this.#store.touch(id, now))
    } finally {
      if (this.#writing.get(id) === note) this.#writing.delete(id)
    }
  }
}
