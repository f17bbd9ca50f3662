import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkspacePackage } from '../workspace/packages.ts'
import type { Finding } from './finding.ts'
import { ADAPTER_PEER_RANGE, isAdapter, type Layer, layerOf } from './layers.ts'
import { hasSource } from './source-files.ts'

/** Holds a package.json to the layers: what may be a dependency, what a peer, and in which range. */
export function checkManifest(pkg: WorkspacePackage): Finding[] {
  const layer = layerOf(pkg.path)
  const problems = [...dependencies(pkg, layer), ...peers(pkg, layer), ...optional(pkg), ...nodeSubpaths(pkg)]
  return problems.map(({ key, message }) => at(pkg, key, message))
}

interface Problem {
  readonly key: string
  readonly message: string
}

function problem(key: string, message: string): Problem {
  return { key, message }
}

function dependencies({ manifest }: WorkspacePackage, layer: Layer): Problem[] {
  const allowed = [...layer.base.map((name) => `@base/${name}`), ...layer.external]
  return Object.entries(manifest.dependencies ?? {}).flatMap(([name, range]) => {
    if (!allowed.includes(name)) {
      const may = allowed.length === 0 ? 'nothing' : allowed.join(', ')
      return [problem(`"${name}"`, `${manifest.name} may depend on ${may}, not on ${name}.`)]
    }
    if (name.startsWith('@base/') && range !== 'workspace:^') {
      return [problem(`"${name}"`, `The range of ${name} must be workspace:^, not ${range}.`)]
    }
    return []
  })
}

function peers({ path, manifest }: WorkspacePackage, layer: Layer): Problem[] {
  return Object.entries(manifest.peerDependencies ?? {}).flatMap(([name, range]) => {
    const isOptional = manifest.peerDependenciesMeta?.[name]?.optional === true
    if (!layer.peers) return [problem(`"${name}"`, `${manifest.name} stands alone and may have no peer.`)]
    if (name.startsWith('@base/')) return basePeer(path, name, range, isOptional)
    if (!isAdapter(path) && !isOptional) {
      return [
        problem(`"${name}"`, `The peer ${name} must be optional: only an adapter's client is required.`),
      ]
    }
    return []
  })
}

function basePeer(path: string, name: string, range: string, isOptional: boolean): Problem[] {
  if (!isAdapter(path)) {
    return [problem(`"${name}"`, `Only an adapter may have ${name} as a peer: take a structural interface.`)]
  }
  if (isOptional && range === ADAPTER_PEER_RANGE) return []
  return [problem(`"${name}"`, `The peer ${name} must be optional and in the range ${ADAPTER_PEER_RANGE}.`)]
}

function optional({ manifest }: WorkspacePackage): Problem[] {
  return Object.keys(manifest.optionalDependencies ?? {}).map((name) =>
    problem(`"${name}"`, `${name} must be an optional peer, not an optional dependency.`),
  )
}

function nodeSubpaths(pkg: WorkspacePackage): Problem[] {
  return (pkg.manifest.base?.node ?? [])
    .filter((subpath) => !hasSource(pkg, subpath))
    .map((subpath) =>
      problem('"node"', `base.node names ${subpath}, which is no subpath of ${pkg.manifest.name}.`),
    )
}

/** The last line with the key: a dependency stands below the fields that may bear its name too. */
function at({ folder, path }: WorkspacePackage, key: string, message: string): Finding {
  const lines = readFileSync(join(folder, 'package.json'), 'utf8').split('\n')
  const line = lines.findLastIndex((text) => text.includes(`${key}:`))
  return { file: `${path}/package.json`, line: Math.max(line, 0) + 1, message }
}
