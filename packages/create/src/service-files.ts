import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Choices } from './choices.js'
import { configFile, envExample } from './compose/config.js'
import { manifestFile, type Versions } from './compose/manifest.js'
import { readmeFile } from './compose/readme.js'
import { serviceFile } from './compose/service.js'
import { startServiceFile } from './compose/start-service.js'
import { featuresOf } from './features/features.js'

const TEMPLATE = fileURLToPath(new URL('../template', import.meta.url))

/** What a service is to be. */
export interface NewService {
  readonly name: string
  readonly choices: Choices
  /** Of what it depends on. */
  readonly versions: Versions
}

/** Every file of a new service, by its path, in the order of the paths. */
export function serviceFiles({ name, choices, versions }: NewService): ReadonlyMap<string, string> {
  const features = featuresOf(choices)
  const files: (readonly [string, string])[] = [
    ...features.flatMap(({ layers }) => layers.flatMap(layerFiles)),
    ['.env.example', envExample(features)],
    // npm leaves a file of this name out of a package, so it is no file of `template/`.
    ['.gitignore', `${features.flatMap(({ ignores = [] }) => ignores).join('\n')}\n`],
    ['README.md', readmeFile(name, choices, features)],
    ['package.json', manifestFile(name, features, versions)],
    ['src/config.ts', configFile(features)],
    ['src/service.ts', serviceFile(choices, features)],
    ['test/start-service.ts', startServiceFile(features)],
  ]
  return new Map(files.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The files of a folder of `template/`, by the path that they have in a service. */
function layerFiles(layer: string): readonly (readonly [path: string, text: string])[] {
  const folder = join(TEMPLATE, layer)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => [relative(folder, file).split(sep).join('/'), readFileSync(file, 'utf8')])
}
