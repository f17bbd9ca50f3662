import {
  type Application,
  type Context,
  Converter,
  type DeclarationReflection,
  ReflectionKind,
} from 'typedoc'
import ts from 'typescript'

/**
 * Shows an export such as `type Result<T, E> = ResultType<T, E>`, which only lends a name to a declaration of another
 * file, as that declaration: with its comment and its type, and as the target of every link to it.
 */
export function followAliases(app: Application): void {
  app.converter.on(
    Converter.EVENT_CREATE_DECLARATION,
    (context: Context, reflection: DeclarationReflection) => {
      if (!reflection.kindOf(ReflectionKind.TypeAlias)) return
      const target = targetOf(context, reflection)
      const declaration = target?.declarations?.find(ts.isTypeAliasDeclaration)
      if (target === undefined || declaration === undefined || target.name !== reflection.name) return
      const comment = context.getComment(target, reflection.kind)
      if (comment !== undefined) reflection.comment = comment
      reflection.type = context.converter.convertType(context.withScope(reflection), declaration.type)
      context.project.registerReflection(reflection, context.createSymbolId(target), undefined)
    },
  )
}

function targetOf(context: Context, reflection: DeclarationReflection): ts.Symbol | undefined {
  const declaration = context
    .getSymbolFromReflection(reflection)
    ?.declarations?.find(ts.isTypeAliasDeclaration)
  if (declaration === undefined || !ts.isTypeReferenceNode(declaration.type)) return undefined
  const symbol = context.checker.getSymbolAtLocation(declaration.type.typeName)
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias
    ? context.checker.getAliasedSymbol(symbol)
    : symbol
}
