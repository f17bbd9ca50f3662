import { isPlainObject } from '../kind/is-plain-object.js'
import type { ConfigSource } from './source-of.js'

/** A setting as a source gives it. */
export interface Setting {
  readonly path: readonly string[]
  readonly value: unknown
  readonly source: ConfigSource
}

/** A file that holds the value. */
export class FileReference {
  readonly file: string

  constructor(file: string) {
    this.file = file
  }
}

/** Settings by key, and within groups by key again. */
export type SettingsTree = Map<string, SettingsTree | Setting>

/** The settings in a value: those of its groups, at any depth; a list is one setting. */
export function* settingsIn(
  value: unknown,
  path: readonly string[],
  source: ConfigSource,
): Generator<Setting> {
  const entries = isPlainObject(value) ? Object.entries(value as object) : []
  if (entries.length === 0 && value !== undefined) yield { path, value, source }
  for (const [key, inner] of entries) yield* settingsIn(inner, [...path, key], source)
}

/** Puts a setting in; what stood there, above it or below it, gives way, but never to an empty group. */
export function put(tree: SettingsTree, setting: Setting): void {
  const { path, value } = setting
  const key = path.at(-1)
  if (key === undefined) return
  if (isPlainObject(value)) groupAt(tree, path)
  else groupAt(tree, path.slice(0, -1)).set(key, setting)
}

/** The group of a path, made where there is none; a setting on the way gives way. */
export function groupAt(tree: SettingsTree, path: readonly string[]): SettingsTree {
  let group = tree
  for (const key of path) {
    const inner = group.get(key)
    const next: SettingsTree = inner instanceof Map ? inner : new Map()
    group.set(key, next)
    group = next
  }
  return group
}

/** What stands at a path, or the setting above it that holds it; `undefined` where neither is. */
export function find(tree: SettingsTree, path: readonly string[]): SettingsTree | Setting | undefined {
  let at: SettingsTree | Setting | undefined = tree
  for (const key of path) {
    if (!(at instanceof Map)) return at
    at = at.get(key)
  }
  return at
}

/** Every setting. */
export function* settingsOf(tree: SettingsTree): Generator<Setting> {
  for (const at of tree.values()) {
    if (at instanceof Map) yield* settingsOf(at)
    else yield at
  }
}

/** The settings' values, as the schema gets them. */
export function toInput(tree: SettingsTree): Record<string, unknown> {
  const entries = [...tree].map(([key, at]) => [key, at instanceof Map ? toInput(at) : at.value])
  return Object.fromEntries(entries)
}
