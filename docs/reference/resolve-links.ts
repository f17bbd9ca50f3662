import {
  type Application,
  type CommentDisplayPart,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
} from 'typedoc'

/** After TypeDoc has resolved what it can. */
const LAST = -100_000

/**
 * Lets `{@link InvalidOptionError}` find the one export of that name, of any subpath of any package, also from a file
 * that does not import it. A name that no export or several have stays unresolved, and fails the build.
 */
export function resolveLinks(app: Application): void {
  app.on(
    'reviveProject',
    (project: ProjectReflection) => {
      const exports = exportsByName(project)
      for (const part of linksOf(project)) {
        const target = part.target ?? find(part.text, exports)
        if (target !== undefined) part.target = target
      }
    },
    LAST,
  )
}

type Link = CommentDisplayPart & { kind: 'inline-tag' }

function linksOf(project: ProjectReflection): Link[] {
  const parts = Object.values(project.reflections).flatMap(({ comment }) => [
    ...(comment?.summary ?? []),
    ...(comment?.blockTags.flatMap(({ content }) => content) ?? []),
  ])
  return parts.filter((part): part is Link => part.kind === 'inline-tag' && part.tag.startsWith('@link'))
}

function exportsByName(project: ProjectReflection): Map<string, Reflection[]> {
  const exports = project
    .getReflectionsByKind(ReflectionKind.SomeExport)
    .filter(({ parent }) => parent?.kindOf(ReflectionKind.SomeModule))
  return Map.groupBy(exports, ({ name }) => name)
}

/** `Clock` or `Clock.sleep`. */
function find(text: string, exports: ReadonlyMap<string, readonly Reflection[]>): Reflection | undefined {
  const [name = '', ...members] = text.trim().split('.')
  const named = exports.get(name) ?? []
  if (named.length !== 1) return undefined
  return members.length === 0 ? named[0] : named[0]?.getChildByName(members)
}
