export {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkText,
  type IntegerRules,
  invalidOption,
  type NumberRules,
  type OptionPlace,
  type TextRules,
} from './options.js'
