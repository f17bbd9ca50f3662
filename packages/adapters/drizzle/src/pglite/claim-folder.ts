import { type Clock, systemClock, type Timer } from '@base/core/clock'
import { checkFunction, checkMethods, checkOptions, checkText } from '@base/core/options'
import { ClaimFile } from './claim-file.js'
import type { FolderTakenError } from './folder-taken-error.js'

const WHERE = { package: '@base/drizzle', pattern: 'claimFolder' } as const

/** How often a claim is renewed, in milliseconds. */
const RENEWAL = 2_000

/** What PGlite keeps in memory or in a browser. */
const NO_FOLDER = /^(memory|idb|opfs-ahp):\/\//

/** Options of {@link claimFolder}. */
export interface ClaimFolderOptions {
  /**
   * Called once another process has taken the folder over, for this one did not renew its claim, as after a long sleep. From
   * then on whatever is written destroys what the other writes: do not even close the database.
   *
   * @defaultValue ends the process at once, with 1 and a line on stderr
   */
  readonly onLost?: ((error: FolderTakenError) => void) | undefined
  /** Source of time that the claim is renewed by. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** A folder that is this process's alone. */
export interface FolderClaim {
  /** Gives the folder back, once the database in it is closed, as the end of the process does. Idempotent, never rejects. */
  release(): Promise<void>
  /** {@link FolderClaim.release}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Claims the folder of a PGlite database for this process, because two of them on one folder destroy it and PGlite does not
 * look. Claim it before PGlite opens a folder within; it is made if it is missing. What PGlite keeps in memory (`memory://`)
 * or in a browser is left alone.
 *
 * The claim is a file in the folder, `service.pid`. One whose process has died is taken over: at once where that can be seen
 * from here, else, as of another machine or container, or of a thread of this process that was terminated, once it has not
 * been renewed for 10 s. It is renewed every 2 s, by a timer that does not keep the process alive.
 *
 * @example
 * await using claim = claimFolder('data')
 * await using client = await PGlite.create('data/postgres')
 *
 * @throws FolderTakenError where another process has it, or another claim of this one; InvalidOptionError; UnsupportedError
 * where there is no file system; what Node says where the folder cannot be written.
 */
export function claimFolder(dataDir: string, options: ClaimFolderOptions = {}): FolderClaim {
  const { onLost = endProcess, clock = systemClock } = checkOptions(options, WHERE)
  checkText(dataDir, { ...WHERE, option: 'dataDir' })
  checkFunction(onLost, { ...WHERE, option: 'onLost' })
  checkMethods(clock, ['schedule'], { ...WHERE, option: 'clock' })
  if (NO_FOLDER.test(dataDir)) return claimOf(() => {})
  const file = new ClaimFile(dataDir.replace(/^file:\/\//, ''))
  file.take()
  const release = () => {
    timer.cancel()
    file.remove()
  }
  const renew = () => {
    try {
      file.renew()
      timer = next()
    } catch (error) {
      release()
      onLost(error as FolderTakenError)
    }
  }
  const next = () => clock.schedule(RENEWAL, renew, { ref: false, name: 'renew the claim on a folder' })
  let timer: Timer = next()
  return claimOf(release)
}

function claimOf(give: () => void): FolderClaim {
  const release = async () => give()
  return { release, [Symbol.asyncDispose]: release }
}

function endProcess({ message }: FolderTakenError): void {
  console.error(message)
  process.exit(1)
}
