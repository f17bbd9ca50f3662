import { chownSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Whom a server runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const isRoot = () => process.getuid?.() === 0

/** The account for servers: `nobody` if we are root, since PostgreSQL refuses root; else undefined, as ourselves. */
export function serverAccount(): Account | undefined {
  if (!isRoot()) return undefined
  const entry = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m)
  if (entry === null) throw new Error('There is no user nobody to run a server as.')
  return { uid: Number(entry[1]), gid: Number(entry[2]) }
}

/** Gives a file or folder to the account. */
export function giveTo(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid)
}

/** Where data folders go. Root's own temporary folder may be closed to others. */
export function temporaryFolder(): string {
  return isRoot() ? '/tmp' : tmpdir()
}
