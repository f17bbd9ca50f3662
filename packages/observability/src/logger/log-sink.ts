/** Where a logger's lines go, with what it takes to lose none of them, and to know of those that are lost. */
export interface LogSink extends AsyncDisposable {
  /** Takes a line, which ends with a line feed. Never throws, and never waits for whoever reads. */
  write(line: string): void
  /** Lines that were lost since the start: there was no room, or nobody took them. */
  readonly dropped: number
  /** Calls back when all lines that were written so far have gone, or are lost; with an error where they have not in its time, and wait on. */
  flush(callback?: (error?: Error) => void): void
  /**
   * Waits until all lines have gone, or the time is over, and takes no more; those that are left are counted as dropped. May be
   * called again.
   */
  close(): Promise<void>
}
