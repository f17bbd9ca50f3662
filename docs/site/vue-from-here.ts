import type { UserConfig } from 'vitepress'

type Plugin = Exclude<
  NonNullable<NonNullable<UserConfig['vite']>['plugins']>[number],
  false | null | undefined | Promise<unknown> | unknown[]
>

/** Pages stand all over the repository, where no Vue is found: on the server it is what this folder has installed. */
export function vueFromHere(): Plugin {
  return {
    name: 'vue-from-here',
    enforce: 'pre',
    resolveId: (id, _importer, { ssr }) =>
      ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
  }
}
