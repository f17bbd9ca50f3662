/** The part of `node:os` that is used. */
interface OperatingSystem {
  hostname(): string
}

/** Which process writes. */
export function processIdentity(): { readonly pid: number; readonly hostname: string } {
  const os = process.getBuiltinModule('node:os') as OperatingSystem
  return { pid: process.pid, hostname: os.hostname() }
}
