/** The first Node that runs a service of TypeScript as it is. */
const NEEDED = [22, 18] as const

/** What `engines` of a service says. */
export const nodeRange: string = `>=${NEEDED.join('.')}`

/** Whether a service runs on a version of Node. */
export function runsOn(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}
