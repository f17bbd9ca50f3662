import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { publicPackages } from '../snippets/project.ts'

/** Whose options stand for themselves by their presence: what is undefined in them replaces the class's own. */
const BY_PRESENCE = ['AppErrorOptions', 'ErrorOptions']

/** Optional fields of exported interfaces of options that refuse `undefined` under `exactOptionalPropertyTypes`. */
function strictFields(file: string, text: string): string[] {
  return ts
    .createSourceFile(file, text, ts.ScriptTarget.Latest)
    .statements.filter(ts.isInterfaceDeclaration)
    .filter(isExported)
    .filter(({ name: { text: name } }) => name.endsWith('Options') && !BY_PRESENCE.includes(name))
    .flatMap(({ name, members }) => members.flatMap((member) => strictIn(member, name.text)))
}

function strictIn(member: ts.TypeElement, owner: string): string[] {
  if (!ts.isPropertySignature(member) || member.type === undefined) return []
  const name = `${owner}.${(member.name as ts.Identifier).text}`
  const parts: readonly ts.TypeNode[] = ts.isUnionTypeNode(member.type) ? member.type.types : [member.type]
  const nested = parts
    .filter(ts.isTypeLiteralNode)
    .flatMap(({ members }) => members.flatMap((inner) => strictIn(inner, name)))
  return member.questionToken === undefined || takesUndefined(member.type) ? nested : [name, ...nested]
}

function isExported({ modifiers }: ts.InterfaceDeclaration): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

function takesUndefined(type: ts.TypeNode | undefined): boolean {
  if (type === undefined) return true
  if (ts.isUnionTypeNode(type)) return type.types.some(takesUndefined)
  return type.kind === ts.SyntaxKind.UndefinedKeyword || type.kind === ts.SyntaxKind.UnknownKeyword
}

describe('an option that may be left out', () => {
  test('may be undefined: settings are read from where some are missing', () => {
    const found = [...publicPackages().values()].flatMap((folder) =>
      readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.includes('.test'))
        .flatMap((name) => strictFields(name, readFileSync(join(folder, 'src', name), 'utf8'))),
    )
    expect(found).toEqual([])
  })

  test('is found where it may not', () => {
    const text = `
      export interface LogOptions { readonly level?: string; readonly size: number; readonly clock?: Clock | undefined }
      export interface FileOptions { readonly roll?: boolean | { readonly every?: number } | undefined }
      export interface Line { readonly level?: string }
      interface OwnOptions { readonly level?: string }`
    expect(strictFields('log.ts', text)).toEqual(['LogOptions.level', 'FileOptions.roll.every'])
  })
})
