import { resolve } from 'node:path'
import { AXES, type Axis, CHOICES } from './choices.js'
import { UsageError } from './usage-error.js'

/** Where npm has called us: what it has read of its own flags is in the environment. */
export interface Called {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Refuses options that npm took for its own since no `--` stood before them: the service would be another one, in silence.
 * `--auth` is not seen: npm takes it for `--auth-type`, warns, and forgets it.
 *
 * @throws UsageError naming the first.
 */
export function refuseTakenByNpm(args: readonly string[], called: Called): void {
  const taken = AXES.find((axis) => !isSaid(axis, args) && isTaken(axis, called))
  if (taken === undefined) return
  const example = `npm create @base my-service -- --${taken} ${CHOICES[taken].at(-1)}`
  throw new UsageError(`npm took --${taken} for itself: put -- before it, as in ${example}`)
}

function isSaid(axis: Axis, args: readonly string[]): boolean {
  return args.some((arg) => arg === `--${axis}` || arg.startsWith(`--${axis}=`))
}

/**
 * It has `--database=postgres` as it is, `--database postgres` as true and an argument, and `--cache redis` as a folder. Of its own
 * settings are `cache` and, in some releases, `auth`.
 */
function isTaken(axis: Axis, { cwd, env }: Called): boolean {
  const value = env[`npm_config_${axis}`]
  if (axis === 'cache')
    return CHOICES.cache.some((choice) => value?.toLowerCase() === resolve(cwd, choice).toLowerCase())
  if (axis === 'auth') return value === 'true' || CHOICES.auth.some((choice) => value === choice)
  return value !== undefined
}
