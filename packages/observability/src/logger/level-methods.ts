import { symbols } from 'pino'
import type { Emitter, Level } from './emitter.js'
import type { LineFormat } from './line-format.js'
import { type Instance, STATE } from './pino-instance.js'

type Method = (this: Instance | undefined, ...args: unknown[]) => void

/** What a level's method may be: where the level is enabled, where it is not, and where that is asked at each call. */
type Methods = Readonly<Record<'print' | 'hold' | 'ask', Method>>

/** The methods of levels, made once. Called of anything but a logger, as by `promise.catch(logger.error)`, they write as `owner` does. */
export class LevelMethods {
  readonly #owner: Instance
  readonly #format: LineFormat
  readonly #emitter: Emitter
  readonly #known = new Map<string, Methods>()

  constructor(owner: Instance, format: LineFormat, emitter: Emitter) {
    this.#owner = owner
    this.#format = format
    this.#emitter = emitter
  }

  /** Gives a logger the methods of its level. */
  set(logger: Instance): void {
    const { levelVal } = logger
    for (const [label, value] of Object.entries(logger.levels.values)) {
      const { print, hold } = this.#of(label, value)
      const printed = value >= levelVal
      if (printed || this.#keeps(levelVal, value)) Object.assign(logger, { [label]: printed ? print : hold })
    }
  }

  /** Gives the owner methods of its own, also for levels that its parents will have. */
  setAll(): void {
    for (const [label, value] of Object.entries(this.#owner.levels.values))
      Object.assign(this.#owner, { [label]: this.#of(label, value).ask })
  }

  /** Nothing is kept for a logger that is silent, not even for a sampled trace. */
  #keeps(levelVal: number, value: number): boolean {
    return levelVal !== Number.POSITIVE_INFINITY && this.#emitter.wants(value)
  }

  #of(label: string, value: number): Methods {
    const key = `${value} ${label}`
    const made = this.#known.get(key) ?? this.#make({ value, json: this.#format.level(label, value) })
    this.#known.set(key, made)
    return made
  }

  #make(level: Level): Methods {
    const owner = this.#owner
    const emitter = this.#emitter
    const keeps = (levelVal: number) => this.#keeps(levelVal, level.value)
    return {
      print(...args) {
        emitter.print(loggerOf(this, owner), level, args)
      },
      hold(...args) {
        emitter.hold(loggerOf(this, owner), level, args)
      },
      ask(...args) {
        const logger = loggerOf(this, owner)
        if (level.value >= logger.levelVal) emitter.print(logger, level, args)
        else if (keeps(logger.levelVal)) emitter.hold(logger, level, args)
      },
    }
  }
}

/** Who writes, whatever a method is called of: `promise.catch(logger.error)` calls it of nothing, an emitter of itself. */
function loggerOf(caller: Instance | undefined, owner: Instance): Instance {
  try {
    // A copy of a child is no logger.
    return caller?.[STATE] === undefined || caller[symbols.streamSym] === undefined ? owner : caller
  } catch {
    return owner
  }
}
