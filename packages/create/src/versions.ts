import { readFileSync } from 'node:fs'
import type { Versions } from './compose/manifest.js'

interface Manifest {
  readonly version: string
  readonly devDependencies: Versions
}

const { version, devDependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as Manifest

/** The version of this package. */
export const ownVersion: string = version

/**
 * What a new service depends on, in the versions that this package is developed and tested with. Those of `@base` are ranges
 * once it is packed; in the workspace they are `workspace:^`.
 */
export const versions: Versions = devDependencies
