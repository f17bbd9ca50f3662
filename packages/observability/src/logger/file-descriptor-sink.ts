import type { Clock, Timer } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import { flushAtExit, flushAtSignal, forgetAtExit, forgetAtSignal } from './exit-flush.js'
import { later } from './later.js'
import type { LogSink } from './log-sink.js'
import { warnNow, warnOnce } from './log-warning.js'

/** Time until a full pipe is tried again, and between attempts of a flush that blocks. */
const RETRY = 20
const SYNC_RETRY = 5

/** What passes: a pipe or a disk that is full, a signal. */
const PASSING: ReadonlySet<unknown> = new Set(['EAGAIN', 'EBUSY', 'EINTR', 'ENOSPC', 'EDQUOT'])

/** What a full pipe is, to people. */
const UNREAD = 'nobody reads them, or not as fast as they come'

/** Bytes of the room that lines are encoded in, and how many a UTF-16 unit can take. */
const ROOM = 16_384
const WIDEST = 3

/** Characters that are gathered at most, and the byte that ends a line. */
const MOST_GATHERED = 65_536
const LINE_FEED = 10
const END_OF_LINE = Uint8Array.of(LINE_FEED)

/** Limits of a {@link FileDescriptorSink}. */
export interface FileDescriptorLimits {
  /** Bytes that may wait. */
  readonly maxPending: number
  /** Milliseconds without progress until a waiting flush gives up. */
  readonly patience: number
  /** Whether lines of one turn of the event loop leave together. */
  readonly gather: boolean
  readonly clock: Clock
}

/** Writes lines to a descriptor that may not take them at once. See `stdoutSink`. */
export class FileDescriptorSink implements LogSink {
  readonly #fs = process.getBuiltinModule('node:fs')
  readonly #encoder = new TextEncoder()
  /** The same for all lines: one of its own for each would cost more than writing it. */
  readonly #room = new Uint8Array(ROOM)
  readonly #fd: number
  readonly #limits: FileDescriptorLimits
  /** What waits, in order; the first may be the rest of a line. */
  readonly #pending: Uint8Array[] = []
  /** Lines of this turn, behind the first, which has been written; `undefined` where none was. */
  #gathered: string | undefined
  /** Until the next turn, which may never come, each line is written at once. */
  #isDirect = false
  #size = 0
  #dropped = 0
  #closing: Promise<void> | undefined
  /** Nobody will ever read, or nobody has in time: nothing more is written. */
  #broken = false
  /** Only a part of the last line was taken. */
  #isTorn = false
  /** The process is over: what is not taken at once is lost. */
  #isLast = false
  /** Why the last write was in vain, to people; one of which a part was taken does not say. */
  #failure = UNREAD
  /** A flush has waited in vain, and nothing was taken since. */
  #stuck = false
  #timer: Timer | undefined
  readonly #flushed: ((error?: Error) => void)[] = []
  /** For how long nothing was taken, though somebody waits. */
  #idle = 0

  constructor(fd: number, limits: FileDescriptorLimits) {
    this.#fd = fd
    this.#limits = limits
    flushAtExit(this)
    // As long as it is open: to listen anew in each turn would cost more than to write each line.
    if (limits.gather) flushAtSignal(this)
  }

  get dropped(): number {
    return this.#dropped
  }

  write(line: string): void {
    if (this.#closing !== undefined) this.#drop(1, 'they came after its end')
    else if (this.#broken) this.#drop(1, this.#failure)
    else if (!this.#limits.gather || this.#isDirect) this.#put(line)
    else this.#gather(line)
    if (this.#isLast) this.flushLast()
  }

  flush(callback?: (error?: Error) => void): void {
    if (callback === undefined) return
    this.#putGathered('')
    if (this.#pending.length === 0) queueMicrotask(callback)
    else {
      if (this.#flushed.length === 0) this.#idle = 0
      this.#flushed.push(callback)
      // Somebody waits for it, so the process must too.
      this.#timer?.ref()
    }
  }

  flushSync(): void {
    this.writeAtOnce()
    const sleeper = new Int32Array(new SharedArrayBuffer(4))
    for (let waited = 0; !this.#drain() && !this.#stuck; ) {
      const before = this.#size
      Atomics.wait(sleeper, 0, 0, SYNC_RETRY)
      this.#drain()
      waited = this.#size === before ? waited + SYNC_RETRY : 0
      if (waited >= this.#limits.patience) this.#stuck = true
    }
  }

  /** Until the next turn of the event loop, if there is one: to wait for it would make one, and at its end another, for ever. */
  writeAtOnce(): void {
    this.#putGathered('')
    this.#isDirect = true
    later(() => {
      this.#isDirect = false
    }).unref()
  }

  /** As {@link flushSync}, at the end of the process: what is not taken is counted, and told. */
  flushLast(): void {
    this.#isLast = true
    this.flushSync()
    this.#giveUp()
    warnNow()
  }

  /** A signal that would have ended the process did not: who comes back to read gets what is written from now on. */
  goOn(): void {
    this.#isLast = false
    this.#broken = false
    this.#stuck = false
    if (this.#limits.gather) flushAtSignal(this)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Waits as long as something is taken now and then. */
  async #close(): Promise<void> {
    const { clock, patience } = this.#limits
    this.#putGathered(undefined)
    for (let idle = 0, before = Number.NaN; !this.#drain() && idle < patience; ) {
      idle = this.#size === before ? idle + RETRY : 0
      before = this.#size
      await clock.sleep(RETRY)
    }
    this.#giveUp()
    forgetAtSignal(this)
    forgetAtExit(this)
  }

  /** The first line of a turn is written, what comes behind it waits for the end: a lone line is never late. */
  #gather(line: string): void {
    if (this.#gathered === undefined) {
      this.#put(line)
      this.#gathered = ''
      later(() => this.#putGathered(undefined))
    } else {
      this.#gathered += line
      if (this.#gathered.length > MOST_GATHERED) this.#putGathered('')
    }
  }

  #putGathered(next: '' | undefined): void {
    const lines = this.#gathered
    if (lines === undefined) return
    this.#gathered = next
    if (lines !== '') this.#put(lines)
  }

  /** Writes lines, or has wait what is not taken of them. */
  #put(lines: string): void {
    const room = this.#room
    const bytes = lines.length * WIDEST > ROOM ? this.#encoder.encode(lines) : room
    const size = bytes === room ? this.#encoder.encodeInto(lines, room).written : bytes.length
    const written = this.#pending.length > 0 ? 0 : this.#try(bytes, size)
    for (let from = written; from < size; ) {
      const to = bytes.subarray(0, size).indexOf(LINE_FEED, from) + 1 || size
      if (this.#broken) this.#drop(1, this.#failure)
      else this.#keep(bytes.slice(from, to), from === written && isWithinLine(bytes, from))
      from = to
    }
  }

  /** Has a line wait; the rest of one that has begun must follow it, whatever the room. */
  #keep(bytes: Uint8Array, isRest: boolean): void {
    const { maxPending } = this.#limits
    if (!isRest && this.#size + bytes.length > maxPending) {
      this.#drop(1, `${maxPending} bytes (maxPending) wait already; last of all: ${this.#failure}`)
      return
    }
    this.#pending.push(bytes)
    this.#size += bytes.length
    if (this.#timer !== undefined) return
    this.#timer = this.#retry()
    flushAtSignal(this)
  }

  /** Idle: the exit writes what waits, so a process with nothing else to do need not wait for the reader. */
  #retry(): Timer {
    const again = (): void => {
      const before = this.#size
      const isDone = this.#drain()
      this.#idle = this.#size < before ? 0 : this.#idle + RETRY
      if (this.#idle > 0 && this.#idle >= this.#limits.patience) this.#tellLate()
      this.#timer = isDone ? undefined : this.#retry()
    }
    return this.#limits.clock.schedule(RETRY, again, {
      ref: this.#flushed.length > 0,
      name: 'lines of a log',
    })
  }

  /** Who waits for lines that nobody takes waits no longer; they do. */
  #tellLate(): void {
    for (const told of this.#flushed.splice(0)) {
      const error = new TimeoutError({ message: 'The lines of the log were not taken in time.' })
      queueMicrotask(() => told(error))
    }
  }

  /** Writes what is taken; whether nothing waits any more. */
  #drain(): boolean {
    let gone = 0
    for (const bytes of this.#pending) {
      const written = this.#try(bytes, bytes.length)
      if (this.#broken) break
      if (written > 0) this.#stuck = false
      this.#size -= written
      if (written < bytes.length) {
        this.#pending[gone] = bytes.subarray(written)
        break
      }
      gone++
    }
    const isDone = this.#broken || gone === this.#pending.length
    // All at once: each `shift` would move whatever is left, which takes seconds where very many wait.
    this.#pending.splice(0, gone)
    if (isDone) this.#discard(this.#failure)
    return isDone
  }

  /** Nobody took what waits in time. A line of which a part was taken ends at least, or is said to be cut. */
  #giveUp(): void {
    if (this.#pending.length === 0) return
    if (this.#isTorn) this.#try(END_OF_LINE, 1)
    this.#broken = true
    const why = `they were not taken within ${formatDuration(this.#limits.patience)} (patience)`
    const cut = this.#isTorn ? '. The last one that was taken is cut' : ''
    this.#discard(`${why}; last of all: ${this.#failure}${cut}`)
  }

  /** Drops what waits, and tells those who wait for it. */
  #discard(why: string): void {
    const lost = this.#pending.splice(0).length
    this.#size = 0
    this.#timer?.cancel()
    this.#timer = undefined
    if (!this.#limits.gather) forgetAtSignal(this)
    for (const told of this.#flushed.splice(0)) queueMicrotask(() => told())
    this.#drop(lost, why)
  }

  #drop(lines: number, why: string): void {
    if (lines === 0) return
    this.#dropped += lines
    warnOnce(this, `Lines of the log are lost: ${why}.`)
  }

  /** How many of so many bytes were taken. */
  #try(data: Uint8Array, size: number): number {
    try {
      const written = this.#fs.writeSync(this.#fd, data, 0, size)
      if (written > 0) this.#isTorn = data[written - 1] !== LINE_FEED
      return written
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string }
      this.#failure = code === 'EAGAIN' ? UNREAD : message
      // Anything else stays: the reader has gone, the descriptor is closed.
      if (!PASSING.has(code)) this.#broken = true
      return 0
    }
  }
}

function isWithinLine(bytes: Uint8Array, at: number): boolean {
  return at > 0 && bytes[at - 1] !== LINE_FEED
}
