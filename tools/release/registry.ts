import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePorts } from '../services/ports.ts'

/** A registry of our own on the loopback address. */
export interface LocalRegistry {
  readonly url: string
  stop(): Promise<void>
}

/** Starts one by verdaccio's script, in a folder: it keeps what is ours, and asks the registry that this machine uses for the rest. */
export async function startRegistry(
  verdaccio: string,
  folder: string,
  upstream: string,
): Promise<LocalRegistry> {
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}/`
  const config = join(folder, 'verdaccio.yaml')
  writeFileSync(config, configuration(folder, upstream))
  const child = spawn(process.execPath, [verdaccio, '--config', config, '--listen', url], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill()
    await ended
  }
  try {
    await untilItAnswers(url, () => child.exitCode !== null)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

async function untilItAnswers(url: string, hasEnded: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (hasEnded()) break
    const answers = await fetch(new URL('-/ping', url)).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answers) return
    await wait(100)
  }
  throw new Error('The local registry did not start.')
}

function configuration(folder: string, upstream: string): string {
  return `storage: ${join(folder, 'storage')}
uplinks:
  upstream:
    url: ${upstream}
    timeout: 60s
    maxage: 60m
packages:
  '@base/*':
    access: $all
    publish: $all
    unpublish: $all
  '**':
    access: $all
    proxy: upstream
log: { type: stdout, level: error }
`
}
