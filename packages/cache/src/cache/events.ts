import { type DiagnosticsChannel, diagnosticsChannel } from '@base/core/diagnostics'
import { Emitter } from '@base/core/events'

/** What every event of a {@link Cache} tells. */
export interface CacheKeyEvent {
  /** The key, as it was given; in an `evict` one above 1,024 bytes as the layers know it. */
  readonly key: string
  /** The path of its namespace, such as `:tenants:7`; empty outside any. */
  readonly namespace: string
}

/** What an `error` tells. */
export interface CacheErrorEvent {
  /** What was thrown. */
  readonly error: unknown
  /**
   * What failed: a loader (whoever hears of it besides, but not where it was aborted because nobody waits any more, or the cache
   * is closed), a layer, the bus, the lock, or a value that could not be decoded.
   */
  readonly source: 'loader' | 'layer' | 'bus' | 'lock' | 'codec'
  /** The key, where it is about one: of a loader and of the lock as it was given, of a layer and of the codec as the layers know it. */
  readonly key?: string
}

/** The events of a {@link Cache}. */
export interface CacheEvents {
  /** A fresh value was found. */
  readonly hit: CacheKeyEvent
  /** No fresh value was found, and no stale one served. */
  readonly miss: CacheKeyEvent
  /** A value was written, by `set` or by a load. */
  readonly set: CacheKeyEvent
  /** A key was deleted by name, whether there was anything or not. */
  readonly delete: CacheKeyEvent
  /** The memory layer had no room for it any more. */
  readonly evict: CacheKeyEvent
  /** A value past its time was served. */
  readonly stale: CacheKeyEvent
  /** Something failed: of a loader those who wait for it hear as well, of all else no caller does. */
  readonly error: CacheErrorEvent
}

/** The names of the events. */
export type CacheEventName = keyof CacheEvents

const channels: { readonly [Name in CacheEventName]: DiagnosticsChannel<CacheEvents[Name]> } = {
  hit: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:hit'),
  miss: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:miss'),
  set: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:set'),
  delete: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:delete'),
  evict: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:evict'),
  stale: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:stale'),
  error: /* @__PURE__ */ diagnosticsChannel('base:cache:cache:error'),
}

const hits = channels.hit

/** Those who hear of what a cache does. */
export class Observers {
  #emitter: Emitter<CacheEvents> | undefined

  /** Whether anyone would hear it: asked before a payload is built. */
  hear(event: CacheEventName): boolean {
    return this.#emitter?.has(event) === true || channels[event].hasSubscribers
  }

  /** The same for hits, of which there are the most. */
  get hearHits(): boolean {
    return hits.hasSubscribers || this.#emitter?.has('hit') === true
  }

  tell<Name extends CacheEventName>(event: Name, payload: CacheEvents[Name]): void {
    this.#emitter?.emit(event, payload)
    const channel: DiagnosticsChannel<CacheEvents[Name]> = channels[event]
    if (channel.hasSubscribers) channel.publish(payload)
  }

  on<Name extends CacheEventName>(
    event: Name,
    listener: (payload: CacheEvents[Name]) => unknown,
  ): () => void {
    this.#emitter ??= new Emitter<CacheEvents>({
      package: '@base/cache',
      pattern: 'Cache',
      events: Object.keys(channels) as CacheEventName[],
    })
    return this.#emitter.on(event, listener)
  }
}
