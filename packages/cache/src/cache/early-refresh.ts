/** Never before the last fifth of its life. */
const LAST = 0.2

/**
 * Whether an entry that is fresh is to be loaded anew now, by chance: the likelier the nearer its end, and the longer its
 * load takes. `u` is from 0 to below 1. Of many readers one is chosen early enough, on average.
 *
 * @see Vattani et al., "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015
 */
export function isRefreshDue(
  left: number,
  life: number,
  loadTime: number,
  factor: number,
  u: number,
): boolean {
  return left <= life * LAST && loadTime * factor * -Math.log(1 - u) >= left
}
