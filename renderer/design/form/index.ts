export { Field, type ControlIds, type FieldLayout } from './Field'
export {
  ChoiceField,
  DayField,
  LinesField,
  NumberField,
  SecretField,
  TextField,
  TickField,
} from './fields'
export {
  choiceField,
  dayField,
  kindOf,
  listField,
  maybeNumberField,
  numberField,
  readNumber,
  rowsField,
  secretField,
  textField,
  tickField,
  type FieldKind,
} from './texts'
export {
  defineForm,
  formOver,
  readTyped,
  rowOf,
  useForm,
  type Form,
  type FormModel,
  type Reading,
  type Typed,
} from './use-form'
