export { type ClaimFolderOptions, claimFolder, type FolderClaim } from './claim-folder.js'
export { FolderTakenError } from './folder-taken-error.js'
