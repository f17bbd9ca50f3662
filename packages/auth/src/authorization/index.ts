export type {
  Authorization,
  AuthorizationDecision,
  AuthorizationExplanation,
  ExplainedGrant,
  ExplainedPolicy,
  PermittedFields,
  PolicyFailure,
  Roles,
} from './authorization.js'
export { defineAuthorization } from './define-authorization.js'
export type {
  ActionQuery,
  AskedBy,
  AuthorizationDefinition,
  AuthorizationQuery,
  Condition,
  ConditionInput,
  FieldRules,
  FilterQuery,
  OpenQuery,
  Policy,
  PolicyInput,
} from './definition.js'
export type { Inheritance, InheritsFromItself, WithoutRing } from './inheritance.js'
export type { PickedPart, PickedValue } from './picked-part.js'
export { type StandardRoles, standardRoles } from './presets.js'
export type {
  ActionOf,
  ActionOn,
  AuthorizationSchema,
  ContextOf,
  FieldOf,
  Permission,
  PrincipalOf,
  ResourceOf,
  ResourceType,
  TypeIn,
  VerbOf,
} from './schema.js'
