import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** What figures were measured on. The name of the machine is nobody's business. */
export interface Machine {
  /** When: `2026-11-27`. */
  readonly date: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  /** Gibibytes. */
  readonly memory: number
  /** `Linux 6.1.0`. */
  readonly system: string
  /** How many processes wanted to run in the minute before: with much more than those of the bench, figures are rough. */
  readonly load: number
}

export function machine(): Machine {
  const [first] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().replace(/[^\d.].*$/, '')}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}
