import { MAX_LINE } from './limits.js'

/** How far the writing of one line has come. */
export interface Walk {
  /** UTF-16 units that may still be written. */
  left: number
  /** The objects within which we are, from the outermost. */
  readonly open: unknown[]
  /** Errors within which we are, through causes. */
  causes: number
}

/** At the beginning of a line. */
export function newWalk(): Walk {
  return { left: MAX_LINE, open: [], causes: 0 }
}
