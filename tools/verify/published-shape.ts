import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { filterProblems, problemKindInfo } from '@arethetypeswrong/core/problems'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { specifier, subpaths } from '../workspace/manifest.ts'
import type { Check } from './check.ts'

/** publint, every message of it: also a suggestion is a sentence that somebody else would write to us. */
export const checkPublint: Check = async ({ tarball: { path } }) => {
  const { messages, pkg } = await publint({ pack: { tarball: bytes(path).buffer }, strict: true })
  return {
    title: 'publint',
    problems: messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code),
  }
}

/**
 * are-the-types-wrong, as its esm-only profile: what it says of node10 and of CommonJS under node16 is left out, for
 * `types.ts` compiles there and says what users get.
 */
export const checkAttw: Check = async ({ tarball: { path, manifest } }) => {
  const entrypoints = subpaths(manifest)
  const analysis = await checkPackage(createPackageFromTarballData(bytes(path)), { entrypoints })
  const title = 'are-the-types-wrong (esm-only)'
  if (analysis.types === false) return { title, problems: ['The package has no types.'] }
  const found = entrypoints.flatMap((entrypoint) =>
    (['node16-esm', 'bundler'] as const).flatMap((resolutionKind) =>
      filterProblems(analysis, { entrypoint, resolutionKind }).map(
        ({ kind }) =>
          `${specifier(manifest, entrypoint)} (${resolutionKind}): ${problemKindInfo[kind].shortDescription}.`,
      ),
    ),
  )
  return { title, problems: [...new Set(found)] }
}

function bytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path))
}
