/**
 * Loaded into a service before its own code (`--import`): on a message over the channel to its parent it collects garbage and
 * answers with what the process has used. The service sees nothing of it.
 */
export interface Usage {
  /** Processor time since the start of the process, in microseconds: in the process and in the system for it. */
  readonly cpu: number
  /** Memory, in bytes. */
  readonly rss: number
  readonly rssAfterCollection: number
}

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const rss = process.memoryUsage.rss()
  ;(globalThis as { gc?: () => void }).gc?.()
  const usage: Usage = { cpu: user + system, rss, rssAfterCollection: process.memoryUsage.rss() }
  process.send?.(usage)
})
// It must not keep the process alive.
process.channel?.unref()
