import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from '../consumer/pnpm.ts'

/**
 * Only a rehearsal needs it, so it is installed into a folder of its own.
 * verdaccio-audit asks for a tag of node-fetch that mirrors may lack.
 */
const MANIFEST = {
  name: 'toolbox',
  private: true,
  dependencies: { verdaccio: '6.10.4' },
  pnpm: { overrides: { 'verdaccio-audit>node-fetch': '2.7.0' } },
}

/** Installs verdaccio into a folder; returns the script that starts it. */
export async function installVerdaccio(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(MANIFEST))
  await pnpm(['install', '--ignore-workspace', '--ignore-scripts', '--no-frozen-lockfile'], folder)
  return join(folder, 'node_modules/verdaccio/bin/verdaccio')
}
