export {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkMethods,
  checkNumber,
  checkOneOf,
  checkText,
  type IntegerRules,
  invalidOption,
  type NumberRules,
  type OptionPlace,
  type TextRules,
} from './options.js'
