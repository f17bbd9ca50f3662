import {
  type Application,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  SignatureReflection,
} from 'typedoc'

const REQUIRED =
  ReflectionKind.Variable |
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Property |
  ReflectionKind.CallSignature |
  ReflectionKind.GetSignature

/**
 * Warns about every export and every member that nothing is said about. TypeDoc's own check asks the same of the parts
 * of an object type written in place (`{ released: boolean }` as a return type), which belong to what they stand in.
 */
export function requireDocumentation(app: Application): void {
  app.on('validateProject', (project: ProjectReflection) => {
    for (const reflection of project.getReflectionsByKind(REQUIRED)) {
      if (reflection.isDeclaration() && reflection.flags.isExternal) continue
      if (isOurs(reflection, project) && !isWrittenInPlace(reflection) && !isDocumented(reflection)) {
        app.logger.validationWarning(`${reflection.getFriendlyFullName()} has no documentation` as never)
      }
    }
  })
}

function isOurs(reflection: Reflection, project: ProjectReflection): boolean {
  const declared = reflection instanceof SignatureReflection ? reflection.parent : reflection
  const { packageName } = project.getSymbolIdFromReflection(declared) ?? {}
  return packageName !== undefined && packageName === project.packageName
}

/** A part of a type literal, unless an alias gives that a name; the signature of a function type. */
function isWrittenInPlace(reflection: Reflection): boolean {
  const isSignature = reflection.kindOf(ReflectionKind.CallSignature)
  for (let above = reflection.parent; above !== undefined; above = above.parent) {
    if (above.kindOf(ReflectionKind.Parameter)) return true
    if (!above.kindOf(ReflectionKind.TypeLiteral)) continue
    if (isSignature || above.parent?.kindOf(ReflectionKind.TypeAlias) !== true) return true
  }
  return false
}

/** Overloads speak with one voice; a getter's word covers its setter. */
function isDocumented(reflection: Reflection): boolean {
  if (reflection.hasComment()) return true
  if (!(reflection instanceof SignatureReflection)) {
    const { type } = reflection as {
      type?: { type: string; declaration?: { signatures?: readonly Reflection[] } }
    }
    // A member that is a function: the comment sits on its signature.
    return type?.type === 'reflection' && type.declaration?.signatures?.some((s) => s.hasComment()) === true
  }
  return reflection.parent.hasComment() || reflection.parent.signatures?.some((s) => s.hasComment()) === true
}
