const BLOCK = 512

/** The regular files of a tar archive as npm's tools write it: no path over 255 bytes, no links. */
export function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  let at = 0
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK)
    const name = field(header, 0, 100)
    if (name === '') break
    const size = Number.parseInt(field(header, 124, 12), 8)
    const prefix = field(header, 345, 155)
    const isFile = ['0', ''].includes(field(header, 156, 1))
    if (isFile)
      files.set(prefix === '' ? name : `${prefix}/${name}`, archive.subarray(at + BLOCK, at + BLOCK + size))
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

/** Fields end with NUL or at their width. */
function field(header: Buffer, start: number, length: number): string {
  return header
    .toString('utf8', start, start + length)
    .replace(/\0[\s\S]*$/, '')
    .trim()
}
