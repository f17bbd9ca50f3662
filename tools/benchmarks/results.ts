import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEPT, type KeptBench, readKept } from '../bench/keep.ts'
import type { LoadResult } from '../load/report.ts'
import { type JobSizes, sizesBesidePeers } from '../size/beside-peers.ts'

const LOAD = 'load.json'
const SIZES = 'sizes.json'

/** All that the page is made of. */
export interface Results {
  readonly benches: readonly KeptBench[]
  readonly load: LoadResult | undefined
  readonly sizes: readonly JobSizes[]
}

/** Takes what was measured last on this machine, weighs the packages anew, and keeps both in the folder. */
export async function takeResults(root: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const file of globSync('*.json', { cwd: KEPT })) copyFileSync(join(KEPT, file), join(folder, file))
  forgetGone(root, folder)
  writeFileSync(join(folder, SIZES), `${JSON.stringify(await sizesBesidePeers(root), null, 2)}\n`)
}

export function readResults(folder: string): Results {
  const read = (file: string): unknown =>
    existsSync(join(folder, file)) ? JSON.parse(readFileSync(join(folder, file), 'utf8')) : undefined
  return {
    benches: readKept(folder),
    load: read(LOAD) as LoadResult | undefined,
    sizes: (read(SIZES) ?? []) as readonly JobSizes[],
  }
}

/** Figures of a bench that is no more. */
function forgetGone(root: string, folder: string): void {
  for (const name of globSync('*.json', { cwd: folder })) {
    const { file } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Partial<KeptBench>
    if (file !== undefined && !existsSync(join(root, file))) rmSync(join(folder, name))
  }
}
