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

/** At the beginning of a line, or of something within it that is bounded by itself. */
export function newWalk(left: number = MAX_LINE): Walk {
  return { left, open: [], causes: 0 }
}
