/**
 * The published vectors of redis-cell, of five at once and one a second: when a call comes, what it costs, whether it is allowed,
 * what remains then, and the times until all is there again and until it may come again, in milliseconds.
 */
export const REDIS_CELL_VECTORS = [
  [0, 6, false, 5, 0, null],
  [0, 1, true, 4, 1_000, 0],
  [0, 1, true, 3, 2_000, 0],
  [0, 1, true, 2, 3_000, 0],
  [0, 1, true, 1, 4_000, 0],
  [0, 1, true, 0, 5_000, 0],
  [0, 1, false, 0, 5_000, 1_000],
  [3_000, 1, true, 2, 3_000, 0],
  [3_100, 1, true, 1, 3_900, 0],
  [4_000, 1, true, 1, 4_000, 0],
  [8_000, 1, true, 4, 1_000, 0],
  [9_500, 1, true, 4, 1_000, 0],
  [9_500, 0, true, 4, 1_000, 0],
  [9_500, 2, true, 2, 3_000, 0],
  [9_500, 5, false, 2, 3_000, 3_000],
] as const
