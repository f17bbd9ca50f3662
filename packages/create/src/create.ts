import { relative, resolve } from 'node:path'
import { askChoices, askFolder, CancelledByUser, type Terminal } from './ask.js'
import { AXES, type Choices, DEFAULTS } from './choices.js'
import { readCommandLine } from './command-line.js'
import { startOf } from './compose/readme.js'
import { featuresOf } from './features/features.js'
import { HELP } from './help.js'
import { type Manager, managerOf } from './manager.js'
import { nodeRange, runsOn } from './node-version.js'
import { serviceFiles } from './service-files.js'
import { serviceName } from './service-name.js'
import { refuseTakenByNpm } from './taken-by-npm.js'
import { UsageError } from './usage-error.js'
import { ownVersion, versions } from './versions.js'
import { checkIsFree, writeService } from './write-service.js'

/** Where it runs. */
export interface Place {
  /** What relative folders are relative to; throws where that is gone. */
  readonly cwd: () => string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The version of the Node that it runs on. */
  readonly node: string
  /** Where somebody can answer; undefined where nobody can. */
  readonly terminal: Terminal | undefined
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}

/**
 * `create [folder] [options]`: makes a new service.
 *
 * @returns the exit code: 0, 1 where nothing was made, 130 where somebody has cancelled it.
 */
export async function create(args: readonly string[], place: Place): Promise<number> {
  try {
    place.print(await run(args, place))
    return 0
  } catch (error) {
    if (error instanceof CancelledByUser) return 130
    // A disk that is full, a folder that may not be written: their messages say enough.
    if (!(error instanceof UsageError || isSystemError(error))) throw error
    place.printError(`${error.message}\n`)
    return 1
  }
}

async function run(args: readonly string[], { env, node, terminal, ...place }: Place): Promise<string> {
  const cwd = currentFolder(place.cwd)
  const manager = managerOf(env)
  refuseTakenByNpm(args, { cwd, env })
  const line = readCommandLine(args)
  if (line.kind === 'help') return HELP
  if (line.kind === 'version') return `${ownVersion}\n`
  const asked = line.yes ? undefined : terminal
  const folder = resolve(cwd, line.folder ?? (await folderFrom(cwd, asked, manager)))
  const name = serviceName(folder)
  // Before anything is asked in vain.
  checkIsFree(folder)
  const choices = asked ? await askChoices(line.choices, asked) : { ...DEFAULTS, ...line.choices }
  writeService(folder, serviceFiles({ name, choices, versions }))
  return nextSteps(relative(cwd, folder), choices, { manager, node })
}

function currentFolder(cwd: () => string): string {
  try {
    return cwd()
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new UsageError('The folder that you are in is not there any more: go to another one.')
  }
}

function folderFrom(cwd: string, terminal: Terminal | undefined, manager: Manager): Promise<string> {
  if (terminal === undefined)
    throw new UsageError(`Say which folder: ${manager.name} create @base my-service`)
  return askFolder(cwd, terminal)
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

function nextSteps(
  folder: string,
  choices: Choices,
  { manager, node }: { readonly manager: Manager; readonly node: string },
): string {
  const enter = folder === '' ? [] : [`cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]
  const commands = ['npm install', 'npm test', ...startOf(choices, featuresOf(choices))].map(manager.command)
  const first = runsOn(node)
    ? 'Next'
    : `It needs Node ${nodeRange.slice(2)} or later, and this is ${node}. With that`
  const chosen = AXES.map((axis) => `${axis} ${choices[axis]}`).join(', ')
  return `The service is in ${folder || 'this folder'}: ${chosen}. ${first}:\n\n${[...enter, ...commands].map((command) => `  ${command}\n`).join('')}`
}
