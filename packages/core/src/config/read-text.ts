/** More is no configuration; Kubernetes has the same limit for a secret. */
const LARGEST = 1024 * 1024

/** What came of reading a file. */
export type TextRead = { readonly text: string } | { readonly problem: string; readonly isMissing?: boolean }

type FileSystem = typeof import('node:fs/promises')

/** Node's file system, where there is one. */
export function fileSystem(): FileSystem | undefined {
  return globalThis.process?.getBuiltinModule?.('node:fs/promises')
}

/** Reads a regular file of at most 1 MiB of UTF-8. Never rejects, and never tells what is in it. */
export async function readText(path: string): Promise<TextRead> {
  const files = fileSystem()
  if (files === undefined) return { problem: 'cannot be read: there is no file system here' }
  try {
    // Asked before it is opened, for opening a pipe waits for its other end.
    if (!(await files.stat(path)).isFile()) return { problem: 'is no regular file' }
    const bytes = await readBounded(await files.open(path))
    if (bytes.length > LARGEST) return { problem: 'is larger than 1 MiB' }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    if (error instanceof TypeError) return { problem: 'is not UTF-8' }
    const { code } = error as { code?: unknown }
    if (code === 'ENOENT') return { problem: 'is not there', isMissing: true }
    return { problem: `cannot be read (${String(code ?? 'unknown error')})` }
  }
}

async function readBounded(file: Awaited<ReturnType<FileSystem['open']>>): Promise<Uint8Array> {
  const buffer = new Uint8Array(LARGEST + 1)
  let length = 0
  try {
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length)
      if (bytesRead === 0) break
      length += bytesRead
    }
  } finally {
    await file.close()
  }
  return buffer.subarray(0, length)
}
