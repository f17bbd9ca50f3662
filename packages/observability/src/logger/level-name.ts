/** A level: what pino calls it, and its part of a line. */
export interface LevelName {
  /** `'info'` */
  readonly label: string
  /** 30 for `'info'`. */
  readonly value: number
  /** See `LineFormat.level`. */
  readonly json: string
}
