import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publicPackages } from '../workspace/packages.ts'

/**
 * Removes what was built: turbo puts a build from its cache over what is there, and chunks of another build, whose names
 * are other hashes, would be packed with it.
 */
for (const { folder } of publicPackages(process.cwd())) {
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
}
