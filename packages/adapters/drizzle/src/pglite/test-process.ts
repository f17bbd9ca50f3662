import { createInterface } from 'node:readline'
import { claimFolder } from '@base/drizzle/pglite'

/**
 * `node test-process.ts <folder>`: for each line that it is told it tries to claim the folder, and prints `claimed` or the
 * message of the error. `exit` ends it in the middle.
 */
const [folder = ''] = process.argv.slice(2)
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'exit') process.exit()
  try {
    claimFolder(folder)
    console.log('claimed')
  } catch (error) {
    console.log(String(error))
  }
}
